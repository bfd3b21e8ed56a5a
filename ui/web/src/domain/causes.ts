/** Why an alert was false, in a few words that can be counted, and what a decided alert says of it. */
import type { Alert } from './model';

export const falseCauses = ['animal', 'weather', 'own people', 'known vehicle', 'sensor fault', 'nothing found'] as const;

/** The note that came with the decision that stands; empty where none did. */
export function decisionNote(alert: Alert): string {
  return alert.history?.findLast((h) => h.note !== undefined && h.note !== '')?.note ?? '';
}
