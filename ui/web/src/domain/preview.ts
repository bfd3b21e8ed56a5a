/** What a straight flight would be like: how long, and how high over the ground where that is least. The station decides; this informs. */
import { leg } from './geodesy';
import { pointOnSegment, type Crossing } from './crossing';
import type { LonLat, Zone } from './model';

export interface Way {
  from: LonLat;
  /** AMSL, metres. */
  fromM: number;
  to: LonLat;
  toM: number;
}

/** Places along a way to ask the terrain about, both ends among them, with the height flown there. */
export function samples(way: Way, count = 12): { at: LonLat; flownM: number }[] {
  return Array.from({ length: count }, (_, i) => {
    const t = i / (count - 1);
    return { at: pointOnSegment(way.from, way.to, t), flownM: way.fromM + (way.toM - way.fromM) * t };
  });
}

/** The least height over the ground; undefined where not one ground height is known, and how many were not. */
export function clearance(flownM: readonly number[], groundM: readonly (number | undefined)[]): { leastM: number | undefined; unknown: number } {
  let leastM: number | undefined;
  let unknown = 0;
  flownM.forEach((flown, i) => {
    const ground = groundM[i];
    if (ground === undefined) unknown += 1;
    else leastM = Math.min(leastM ?? Infinity, flown - ground);
  });
  return { leastM, unknown };
}

/** Seconds that the way takes at a speed. */
export function secondsFor(way: Way, speedMS: number): number {
  return leg(way.from, way.to).metres / speedMS;
}

/** The names of the no-fly zones that a way goes through. */
export function forbidden(way: Way, zones: Iterable<Zone>, crosses: Crossing): string[] {
  return [...zones].filter((z) => z.kind === 'noFly' && ringsOf(z).some((r) => crosses(way.from, way.to, r))).map((z) => z.name);
}

function ringsOf(zone: Zone): LonLat[][] {
  if (zone.geometry.type === 'Polygon') return zone.geometry.coordinates.slice(0, 1) as LonLat[][];
  if (zone.geometry.type === 'MultiPolygon') return zone.geometry.coordinates.map((p) => p[0]) as LonLat[][];
  return [];
}
