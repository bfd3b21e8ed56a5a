/** Why an alert was false, in a few words that can be counted, and what a decided alert says of it. */
import { texts } from '../texts';
import type { Alert } from './model';

/** As the station keeps them; what is shown may be translated. */
export const falseCauses = Object.keys(texts.alerts.causes) as (keyof typeof texts.alerts.causes)[];

/** The note that came with the decision that stands; empty where none did. */
export function decisionNote(alert: Alert): string {
  return alert.history?.findLast((h) => h.note !== undefined && h.note !== '')?.note ?? '';
}
