/** Sentences about things, in an operator's words; the place to translate from later. */
import type { Alert, Cue, Track, Vehicle } from './model';
import { list, span } from './format';

export const severityWords: Record<Alert['severity'], string> = {
  critical: 'Critical',
  serious: 'Serious',
  caution: 'Caution',
};

/** What a feed's hint says, for a small tile; the station's sentence is longer. */
export const remarkWords: Partial<Record<string, string>> = {
  falseClock: 'camera clock is wrong',
  rareKeyPictures: 'key pictures are rare',
};

/** Of a picture that this browser plays. */
export const otherBrowsers = 'other browsers may not play this';

/** What a cue offers or does: 'Vehicle 2 can look in 11 s'. */
export function cueSentence(cue: Cue, name: string): string {
  const goes = cue.action === 'lookAndApproach' ? 'look and fly closer' : 'look';
  switch (cue.state) {
    case 'proposed':
      return cue.etaS === undefined ? `${name} can ${goes}` : `${name} can ${goes} in ${Math.round(cue.etaS)} s`;
    case 'approved':
      return `${name} is told to ${goes}`;
    case 'active':
      return cue.action === 'lookAndApproach' ? `${name} looks and flies closer` : `${name} looks`;
    case 'done':
      return `${name} has looked`;
    case 'rejected':
      return `Proposal for ${name} rejected`;
    case 'expired':
      return `Proposal for ${name} expired`;
    case 'failed':
      return `${name} could not do it`;
  }
}

/** How a cue would be flown: 'from 60 m away, 45 m above ground'. */
export function cueGeometry(cue: Cue): string {
  const parts: string[] = [];
  if (cue.standoffM !== undefined) parts.push(`from ${Math.round(cue.standoffM)} m away`);
  if (cue.heightAGL !== undefined) parts.push(`${Math.round(cue.heightAGL)} m above ground`);
  return parts.join(', ');
}

/** What feeds a track: 'fed by 1-thermal (41), s-07 and s-08'. */
export function fedBy(track: Track): string {
  const sources = track.sources ?? [];
  if (sources.length === 0) return 'no source named';
  return `fed by ${list(sources.map((s) => (s.count === undefined ? s.id : `${s.id} (${s.count})`)))}`;
}

/** The age of a lost vehicle, for labels: 'lost, 12 s'. */
export function lostFor(vehicle: Vehicle, nowMs: number): string {
  return vehicle.lastSeen === undefined ? 'lost' : `lost, ${span(nowMs - vehicle.lastSeen)}`;
}

/** A name for a class of track or of alert. */
export function className(name: string): string {
  return name === '' ? 'Unknown' : name.charAt(0).toUpperCase() + name.slice(1);
}

/** Why this person cannot command this vehicle now; undefined when they can. */
export function commandBar(vehicle: Vehicle, me: { name: string; role: string } | undefined): string | undefined {
  if (!me || me.role === 'viewer') return 'Viewers watch; an operator commands.';
  if (vehicle.state === 'lost') return 'The vehicle is lost.';
  if (!vehicle.control) return 'Take control to command.';
  if (vehicle.control.holder !== me.name) return `${vehicle.control.holder} has control.`;
  return undefined;
}
