/** Whether a straight way meets an area, on the plane of longitude and latitude: right for the few kilometres of a flight. */
import type { LonLat } from './place';

export type Crossing = (from: LonLat, to: LonLat, ring: readonly LonLat[]) => boolean;

export function pointOnSegment(from: LonLat, to: LonLat, t: number): LonLat {
  return [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t];
}

/** True when the way cuts the ring, or begins or ends inside it. */
export const crossesRing: Crossing = (from, to, ring) =>
  inside(from, ring) || inside(to, ring) || edges(ring).some(([a, b]) => cut(from, to, a, b));

function inside(p: LonLat, ring: readonly LonLat[]): boolean {
  return edges(ring).filter(([a, b]) => a[1] > p[1] !== b[1] > p[1] && p[0] < ((b[0] - a[0]) * (p[1] - a[1])) / (b[1] - a[1]) + a[0]).length % 2 === 1;
}

function cut(a: LonLat, b: LonLat, c: LonLat, d: LonLat): boolean {
  const side = (p: LonLat, q: LonLat, r: LonLat): number => (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
  return side(a, b, c) * side(a, b, d) <= 0 && side(c, d, a) * side(c, d, b) <= 0;
}

function edges(ring: readonly LonLat[]): [LonLat, LonLat][] {
  return ring.slice(1).map((p, i) => [ring[i]!, p]);
}
