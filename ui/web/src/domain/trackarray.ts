/** Tracks as the numbers that the track layer draws. */
import type { Place } from './place';
import type { Track } from './model';

/** Place (2), symbol, opacity, course, half axes (2), bearing. */
export const floatsPerTrack = 8;
/** Stands for a course that is not known. */
export const noCourse = -10;

const rad = Math.PI / 180;
const earthM = 40_075_016.686;
const opacity: Record<Track['status'], number> = { confirmed: 1, tentative: 0.7, coasting: 0.5 };
/** A track not seen for so long fades once more. */
const oldAfterMs = 10_000;

/** Web mercator from 0 to 1, with its corner in the north-west. */
export function mercatorOf(at: Place): [number, number] {
  return [(at.lon + 180) / 360, 0.5 - Math.asinh(Math.tan(at.lat * rad)) / (2 * Math.PI)];
}

/** Writes the tracks into an array that has room for them, counted from an origin; answers how many. */
export function fill(out: Float32Array, tracks: Iterable<Track>, origin: readonly [number, number], nowMs: number, icon: (t: Track) => number): number {
  let n = 0;
  for (const t of tracks) {
    const i = n * floatsPerTrack;
    const { lat, lon } = t.position;
    const perM = 1 / (earthM * Math.cos(lat * rad));
    out[i] = (lon + 180) / 360 - origin[0];
    out[i + 1] = 0.5 - Math.asinh(Math.tan(lat * rad)) / (2 * Math.PI) - origin[1];
    out[i + 2] = icon(t);
    out[i + 3] = opacity[t.status] * (nowMs - t.lastSeen > oldAfterMs ? 0.6 : 1);
    out[i + 4] = t.courseDeg === undefined || !(t.speed !== undefined && t.speed > 0.3) ? noCourse : t.courseDeg * rad;
    out[i + 5] = (t.ellipse?.semiMajorM ?? 0) * perM;
    out[i + 6] = (t.ellipse?.semiMinorM ?? 0) * perM;
    out[i + 7] = (t.ellipse?.bearingDeg ?? 0) * rad;
    n += 1;
  }
  return n;
}

/** The track nearest to a place within a reach in metres; undefined where none is. */
export function nearest(tracks: Iterable<Track>, at: Place, reachM: number): Track | undefined {
  const perLat = earthM / 360;
  const perLon = perLat * Math.cos(at.lat * rad);
  let found: Track | undefined;
  let best = reachM;
  for (const t of tracks) {
    const d = Math.hypot((t.position.lon - at.lon) * perLon, (t.position.lat - at.lat) * perLat);
    if (d <= best) [found, best] = [t, d];
  }
  return found;
}
