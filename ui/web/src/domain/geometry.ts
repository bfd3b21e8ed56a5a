/** Small geometry for drawing, good to a metre over a few kilometres; the station does the geodesy that decides things. */
import type { Ellipse, LonLat, Place } from './model';

const metresPerDegree = 111_320;
const rad = Math.PI / 180;

/** The point at a distance and bearing (degrees from true north) from another. */
export function offset(from: LonLat, bearingDeg: number, metres: number): LonLat {
  const east = Math.sin(bearingDeg * rad) * metres;
  const north = Math.cos(bearingDeg * rad) * metres;
  return [from[0] + east / (metresPerDegree * Math.cos(from[1] * rad)), from[1] + north / metresPerDegree];
}

/** Distance in metres on a local plane. */
export function distanceM(a: LonLat, b: LonLat): number {
  const east = (b[0] - a[0]) * metresPerDegree * Math.cos(((a[1] + b[1]) / 2) * rad);
  const north = (b[1] - a[1]) * metresPerDegree;
  return Math.hypot(east, north);
}

/** Bearing in degrees from true north, 0 to 360. */
export function bearingDeg(a: LonLat, b: LonLat): number {
  const east = (b[0] - a[0]) * Math.cos(((a[1] + b[1]) / 2) * rad);
  const north = b[1] - a[1];
  return (Math.atan2(east, north) / rad + 360) % 360;
}

/** A closed ring around an error ellipse; its bearing is that of the major axis. */
export function ellipseRing(centre: Place, ellipse: Ellipse, steps = 48): LonLat[] {
  const ring: LonLat[] = [];
  for (let i = 0; i <= steps; i += 1) {
    const angle = ((i % steps) / steps) * 2 * Math.PI;
    const along = ellipse.semiMajorM * Math.cos(angle);
    const across = ellipse.semiMinorM * Math.sin(angle);
    const metres = Math.hypot(along, across);
    const bearing = ellipse.bearingDeg + Math.atan2(across, along) / rad;
    ring.push(offset([centre.lon, centre.lat], bearing, metres));
  }
  return ring;
}

/** A closed sector (a sensor's field of view); a full circle when fovDeg reaches 360. */
export function sectorRing(centre: Place, azimuthDeg: number, fovDeg: number, rangeM: number, steps = 24): LonLat[] {
  const at: LonLat = [centre.lon, centre.lat];
  const full = fovDeg >= 360;
  const ring: LonLat[] = full ? [] : [at];
  for (let i = 0; i <= steps; i += 1) {
    ring.push(offset(at, azimuthDeg - fovDeg / 2 + (fovDeg * i) / steps, rangeM));
  }
  ring.push(ring[0]!);
  return ring;
}

/** The box around places as [west, south, east, north]; undefined for none. */
export function boundsOf(places: readonly LonLat[]): [number, number, number, number] | undefined {
  if (places.length === 0) return undefined;
  const lons = places.map((p) => p[0]);
  const lats = places.map((p) => p[1]);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
