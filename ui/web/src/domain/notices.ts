/** What an operator must not overlook about a vehicle: each is a box above everything else, and a word on its card. */
import type { Signing, Vehicle } from './model';
import { texts } from '../texts';

const words = texts.notices;

export interface Notice {
  key: string;
  title: string;
  text: string;
  /** It endangers the flight now. */
  grave: boolean;
}

export function notices(v: Vehicle, signing: Signing | undefined): Notice[] {
  const out: Notice[] = [];
  if (v.failsafe?.active) {
    const reasons = [...new Set((v.failsafe.reasons ?? []).map((r) => r.text))].join('; ');
    out.push({ key: 'failsafe', title: words.failsafe, text: reasons || words.actsByItself, grave: true });
  }
  if (v.fence?.breached) {
    out.push({ key: 'fence', title: words.fence, text: words.whereItMustNotBe, grave: true });
  }
  for (const [name, gps] of [['GPS', v.gps], ['GPS 2', v.gps2]] as const) {
    if (gps?.spoofing === 'detected') {
      out.push({ key: `spoofing-${name}`, title: words.spoofing(name), text: words.placeFalse, grave: true });
    } else if (gps?.jamming === 'detected') {
      out.push({ key: `jamming-${name}`, title: words.jamming(name), text: words.placeLost, grave: false });
    }
  }
  if ((v.endurance?.spareS ?? 0) < 0) {
    out.push({ key: 'endurance', title: words.endurance, text: words.reserveUsed, grave: true });
  }
  for (const [i, w] of (v.warnings ?? []).entries()) {
    out.push({ key: i === 0 ? w.kind : `${w.kind}-${i}`, title: words.warnings[w.kind] ?? words.warning, text: w.text, grave: w.kind === 'systemIdClash' });
  }
  if (signing?.state === 'refusing' || signing?.state === 'foreign') {
    out.push({
      key: 'signing',
      title: signing.state === 'refusing' ? words.framesRefused : words.foreignKey,
      text: signing.text,
      grave: false,
    });
  }
  return out;
}

/** The gravest of them in a word for the vehicle's card; undefined when there is none. */
export function alarm(v: Vehicle): string | undefined {
  const all = notices(v, undefined);
  return (all.find((n) => n.grave) ?? all[0])?.title.replace(/\.$/, '').toUpperCase();
}
