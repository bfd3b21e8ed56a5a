/** Tracks as the numbers that the track layer draws. */
import type { Place } from './place';
import type { Track } from './model';
import type { TrackTable } from './tracktable';

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

/** Writes the tracks of a table into an array that has room for them, counted from an origin; answers how many. */
export function fill(out: Float32Array, tracks: TrackTable, origin: readonly [number, number], nowMs: number, icon: (slot: number) => number): number {
  for (let n = 0, i = 0; n < tracks.size; n += 1, i += floatsPerTrack) {
    const slope = Math.tan(tracks.lat[n]! * rad);
    const perM = Math.sqrt(1 + slope * slope) / earthM; // 1 / cos of the latitude
    out[i] = (tracks.lon[n]! + 180) / 360 - origin[0];
    out[i + 1] = 0.5 - Math.asinh(slope) / (2 * Math.PI) - origin[1];
    out[i + 2] = icon(n);
    out[i + 3] = opacity[tracks.statusAt(n)] * (nowMs - tracks.lastSeen[n]! > oldAfterMs ? 0.6 : 1);
    out[i + 4] = tracks.speed[n]! > 0.3 && !Number.isNaN(tracks.course[n]!) ? tracks.course[n]! * rad : noCourse;
    out[i + 5] = tracks.major[n]! * perM;
    out[i + 6] = tracks.minor[n]! * perM;
    out[i + 7] = tracks.bearing[n]! * rad;
  }
  return tracks.size;
}

/** A part of the map, in degrees. */
export interface Bounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** How wide a symbol is drawn at most, in pixels, and as which share of it at least. */
const symbolPx = 32;
const leastScale = 0.4;

/** Symbols that would cover one another are drawn smaller: as a share of their size, by how many stand in what is shown. */
export function symbolScale(tracks: TrackTable, { west, south, east, north }: Bounds, areaPx: number): number {
  let shown = 0;
  for (let n = 0; n < tracks.size; n += 1) {
    const lat = tracks.lat[n]!;
    const lon = tracks.lon[n]!;
    if (lat >= south && lat <= north && lon >= west && lon <= east) shown += 1;
  }
  return Math.min(1, Math.max(leastScale, Math.sqrt(areaPx / Math.max(1, shown)) / symbolPx));
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
