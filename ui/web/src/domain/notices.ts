/** What an operator must not overlook about a vehicle: each is a box above everything else, and a word on its card. */
import type { Signing, Vehicle } from './model';

export interface Notice {
  key: string;
  title: string;
  text: string;
  /** It endangers the flight now. */
  grave: boolean;
}

const warningTitles: Record<string, string> = {
  systemIdClash: 'Two vehicles, one id.',
  vehicleSwapped: 'Another vehicle.',
};

export function notices(v: Vehicle, signing: Signing | undefined): Notice[] {
  const out: Notice[] = [];
  if (v.failsafe?.active) {
    const reasons = [...new Set((v.failsafe.reasons ?? []).map((r) => r.text))].join('; ');
    out.push({ key: 'failsafe', title: 'Failsafe.', text: reasons || 'The vehicle acts by itself.', grave: true });
  }
  if (v.fence?.breached) {
    out.push({ key: 'fence', title: 'Fence breached.', text: 'The vehicle is where it must not be.', grave: true });
  }
  for (const [name, gps] of [['GPS', v.gps], ['GPS 2', v.gps2]] as const) {
    if (gps?.spoofing === 'detected') {
      out.push({ key: `spoofing-${name}`, title: `${name} spoofing.`, text: 'Its place may be false.', grave: true });
    } else if (gps?.jamming === 'detected') {
      out.push({ key: `jamming-${name}`, title: `${name} jammed.`, text: 'It may lose its place.', grave: false });
    }
  }
  if ((v.endurance?.spareS ?? 0) < 0) {
    out.push({ key: 'endurance', title: 'Too far for the battery.', text: 'The reserve is used before it is home.', grave: true });
  }
  for (const [i, w] of (v.warnings ?? []).entries()) {
    out.push({ key: i === 0 ? w.kind : `${w.kind}-${i}`, title: warningTitles[w.kind] ?? 'Warning.', text: w.text, grave: w.kind === 'systemIdClash' });
  }
  if (signing?.state === 'refusing' || signing?.state === 'foreign') {
    out.push({
      key: 'signing',
      title: signing.state === 'refusing' ? 'Frames are refused.' : 'Signed with a key that the station does not have.',
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
