/** Aircraft around, as ADS-B receivers hear them (docs/api.md, Traffic). */
import { bool, instant, num, object, optional, str, type Decoded } from './decode';
import { span } from './format';
import { place } from './place';
import { texts } from '../texts';

export const aircraft = object({
  id: str,
  callsign: optional(str),
  emitter: optional(str),
  position: place,
  altitudeM: optional(num),
  altitudeType: optional(str),
  courseDeg: optional(num),
  speed: optional(num),
  climbRate: optional(num),
  simulated: optional(bool),
  t: instant,
  stale: optional(bool),
  vehicle: optional(num),
  distanceM: optional(num),
  aboveM: optional(num),
});
export type Aircraft = Decoded<typeof aircraft>;

/** Within this of one of our vehicles an aircraft is marked. */
const nearM = 2_000;
const nearAboveM = 300;

/** Near one of our vehicles; a height that is not known does not make it far. */
export function near(a: Aircraft): boolean {
  return a.distanceM !== undefined && a.distanceM < nearM && Math.abs(a.aboveM ?? 0) < nearAboveM;
}

/** Heard last so long ago that its age is shown. */
const ageShownMs = 5_000;

/** 'QFA1\n700 m ↓', its age once it is not fresh, and how it stands to our vehicle while it is near. */
export function aircraftLabel(a: Aircraft, nowMs: number): string {
  const words = texts.mapMarks;
  const climb = a.climbRate === undefined || Math.abs(a.climbRate) < 1 ? '' : a.climbRate > 0 ? ' ↑' : ' ↓';
  const height = a.altitudeM === undefined ? words.heightUnknown : `${Math.round(a.altitudeM)} m${climb}`;
  const age = nowMs - a.t;
  const lines = [a.callsign?.trim() || a.id, a.stale || age > ageShownMs ? `${height} · ${texts.common.old(span(age))}` : height];
  if (near(a) && a.distanceM !== undefined) {
    const above = a.aboveM === undefined ? '' : `, ${(a.aboveM < 0 ? words.metresBelow : words.metresAbove)(Math.abs(Math.round(a.aboveM)))}`;
    lines.push(`! ${words.kmFrom((a.distanceM / 1000).toFixed(1), a.vehicle)}${above}`);
  }
  return lines.join('\n');
}
