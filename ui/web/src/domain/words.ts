/** Sentences about things, put together from the texts. */
import { texts } from '../texts';
import type { AlertLook, Cue, Feed, Nuisance, Track, Vehicle } from './model';
import { clockTime, list, span } from './format';

/** What a cue offers or does: 'Vehicle 2 can look in 11 s'. */
export function cueSentence(cue: Cue, name: string): string {
  const words = texts.cues;
  switch (cue.state) {
    case 'proposed':
      return cue.etaS === undefined ? words[cue.action].can(name) : words[cue.action].canIn(name, Math.round(cue.etaS));
    case 'approved':
      return words[cue.action].told(name);
    case 'active':
      return words[cue.action].does(name);
    case 'done':
    case 'rejected':
    case 'expired':
    case 'failed':
      return words[cue.state](name);
  }
}

/** How a cue would be flown: 'from 60 m away, 45 m above ground'. */
export function cueGeometry(cue: Cue): string {
  const parts: string[] = [];
  if (cue.standoffM !== undefined) parts.push(texts.cues.away(Math.round(cue.standoffM)));
  if (cue.heightAGL !== undefined) parts.push(texts.cues.aboveGround(Math.round(cue.heightAGL)));
  return parts.join(', ');
}

/** What feeds a track: 'fed by 1-thermal (41), s-07 and s-08'. */
export function fedBy(track: Track): string {
  const sources = track.sources ?? [];
  if (sources.length === 0) return texts.tracks.noSource;
  return texts.tracks.fedBy(list(sources.map((s) => (s.count === undefined ? s.id : `${s.id} (${s.count})`))));
}

/** The age of a lost vehicle, for labels: 'lost, 12 s'. */
export function lostFor(vehicle: Vehicle, nowMs: number): string {
  return vehicle.lastSeen === undefined ? texts.mapMarks.lost : texts.mapMarks.lostFor(span(nowMs - vehicle.lastSeen));
}

/** A name for a class of track or of alert. */
export function className(name: string): string {
  return name === '' ? texts.tracks.unknownClass : name.charAt(0).toUpperCase() + name.slice(1);
}

/** Why this person cannot command this vehicle now; undefined when they can. */
export function commandBar(vehicle: Vehicle, me: { name: string; role: string; replay?: boolean } | undefined): string | undefined {
  if (me?.replay) return texts.rewind.commandsOff;
  if (!me || me.role === 'viewer') return texts.control.viewer;
  if (vehicle.state === 'lost') return texts.control.lost;
  if (!vehicle.control) return texts.control.takeFirst;
  if (vehicle.control.holder !== me.name) return texts.control.has(vehicle.control.holder);
  return undefined;
}

/** What becomes of a feed's pictures: 'recording since 10:20:31, by hand (anna)'. */
export function recordingWords(r: NonNullable<Feed['recording']>): string {
  const words = texts.recordings;
  if (r.state === 'off') return words.states.off;
  const by = r.by === 'hand' ? words.byHand(r.who) : words.byConfiguration;
  const since = r.state === 'waiting' ? '' : ` ${words.since(clockTime(r.since))}`;
  return `${words.states[r.state]}${since}, ${by}${r.reason ? `: ${r.reason}` : ''}`;
}

/** One span in which a camera, a person or a vehicle looked; clock writes an instant. */
export function lookWords(look: AlertLook, clock: (ms: number) => string): string {
  const words = texts.history;
  const when = look.to === undefined ? words.from(clock(look.from)) : words.fromTo(clock(look.from), clock(look.to));
  switch (look.kind) {
    case 'camera':
      return words.camera(look.who, when);
    case 'person':
      return words.person(look.who, look.what, when);
    case 'vehicle':
      return words.vehicle(look.who, look.by, when);
  }
}

/** What people decided of the alerts of a sensor or in an area. */
export function nuisanceWords(n: Nuisance | undefined): string {
  if (n === undefined || n.real + n.false < 0.5) return texts.sensors.undecided;
  return texts.sensors.calledFalse(Math.round(n.false), Math.round(n.real + n.false));
}
