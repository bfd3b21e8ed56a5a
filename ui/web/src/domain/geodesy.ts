/** Distances and bearings on the WGS 84 ellipsoid (Vincenty 1975), for measuring over any distance. */
import type { LonLat } from './place';

const a = 6_378_137;
const f = 1 / 298.257223563;
const b = a * (1 - f);
const rad = Math.PI / 180;

export interface Leg {
  metres: number;
  /** From true north, 0 to 360, at the beginning of the leg. */
  bearingDeg: number;
}

/** The shortest way between two places; between places nearly opposite on the globe, where it does not settle, as on a sphere. */
export function leg(from: LonLat, to: LonLat): Leg {
  const dLon = (((to[0] - from[0] + 540) % 360) - 180) * rad;
  const u1 = Math.atan((1 - f) * Math.tan(from[1] * rad));
  const u2 = Math.atan((1 - f) * Math.tan(to[1] * rad));
  const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = dLon;
  for (let i = 0; i < 50; i += 1) {
    const [sl, cl] = [Math.sin(lambda), Math.cos(lambda)];
    const sinSigma = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
    if (sinSigma === 0) return { metres: 0, bearingDeg: 0 };
    const cosSigma = s1 * s2 + c1 * c2 * cl;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (c1 * c2 * sl) / sinSigma;
    const cos2Alpha = 1 - sinAlpha ** 2;
    const cosMid = cos2Alpha === 0 ? 0 : cosSigma - (2 * s1 * s2) / cos2Alpha;
    const k = (f / 16) * cos2Alpha * (4 + f * (4 - 3 * cos2Alpha));
    const before = lambda;
    lambda = dLon + (1 - k) * f * sinAlpha * (sigma + k * sinSigma * (cosMid + k * cosSigma * (2 * cosMid ** 2 - 1)));
    if (Math.abs(lambda - before) > 1e-12) continue;
    const uu = (cos2Alpha * (a * a - b * b)) / (b * b);
    const A = 1 + (uu / 16384) * (4096 + uu * (-768 + uu * (320 - 175 * uu)));
    const B = (uu / 1024) * (256 + uu * (-128 + uu * (74 - 47 * uu)));
    const inner = cosSigma * (2 * cosMid ** 2 - 1) - (B / 6) * cosMid * (4 * sinSigma ** 2 - 3) * (4 * cosMid ** 2 - 3);
    const metres = b * A * (sigma - B * sinSigma * (cosMid + (B / 4) * inner));
    return { metres, bearingDeg: bearing(c2 * Math.sin(lambda), c1 * s2 - s1 * c2 * Math.cos(lambda)) };
  }
  const half = Math.sin(((to[1] - from[1]) * rad) / 2) ** 2 + Math.cos(from[1] * rad) * Math.cos(to[1] * rad) * Math.sin(dLon / 2) ** 2;
  return { metres: 2 * 6_371_009 * Math.asin(Math.min(1, Math.sqrt(half))), bearingDeg: bearing(c2 * Math.sin(dLon), c1 * s2 - s1 * c2 * Math.cos(dLon)) };
}

function bearing(east: number, north: number): number {
  return (Math.atan2(east, north) / rad + 360) % 360;
}

/** A distance as people say it: '348 m', '2.41 km', '128 km'. */
export function distanceWords(metres: number): string {
  if (metres < 999.5) return `${Math.round(metres)} m`;
  const km = metres / 1000;
  return `${km.toFixed(km < 9.995 ? 2 : km < 99.95 ? 1 : 0)} km`;
}

/** The legs of a way. */
export function legsOf(points: readonly LonLat[]): Leg[] {
  return points.slice(1).map((p, i) => leg(points[i]!, p));
}
