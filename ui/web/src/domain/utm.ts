/**
 * UTM on WGS 84 by Krüger's series (Karney 2011, to the fourth order: better than a millimetre in a zone), with the wider zones
 * of Norway and Svalbard. There is no grid beyond 84° N and 80° S.
 */
import type { Place } from './place';

export interface Utm {
  zone: number;
  /** The band of latitude, C to X. */
  band: string;
  eastingM: number;
  northingM: number;
}

const rad = Math.PI / 180;
const scale = 0.9996;
const falseEastingM = 500_000;
const falseNorthingM = 10_000_000;
const flattening = 1 / 298.257223563;
const n = flattening / (2 - flattening);
const e = Math.sqrt(flattening * (2 - flattening));
const rectifyingM = (6_378_137 / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
const alpha = [
  n / 2 - (2 / 3) * n ** 2 + (5 / 16) * n ** 3 + (41 / 180) * n ** 4,
  (13 / 48) * n ** 2 - (3 / 5) * n ** 3 + (557 / 1440) * n ** 4,
  (61 / 240) * n ** 3 - (103 / 140) * n ** 4,
  (49561 / 161280) * n ** 4,
];
const beta = [
  n / 2 - (2 / 3) * n ** 2 + (37 / 96) * n ** 3 - (1 / 360) * n ** 4,
  (1 / 48) * n ** 2 + (1 / 15) * n ** 3 - (437 / 1440) * n ** 4,
  (17 / 480) * n ** 3 - (37 / 840) * n ** 4,
  (4397 / 161280) * n ** 4,
];
const bands = 'CDEFGHJKLMNPQRSTUVWX';

/** The band letter of a latitude; undefined where there is no grid. */
export function bandOf(lat: number): string | undefined {
  if (!(lat >= -80 && lat <= 84)) return undefined;
  return bands[Math.min(19, Math.floor((lat + 80) / 8))];
}

function zoneOf(at: Place): number {
  const lon = at.lon >= 180 ? at.lon - 360 : at.lon;
  if (at.lat >= 56 && at.lat < 64 && lon >= 3 && lon < 12) return 32;
  if (at.lat >= 72 && lon >= 0 && lon < 42) return lon < 9 ? 31 : lon < 21 ? 33 : lon < 33 ? 35 : 37;
  return Math.floor((lon + 180) / 6) + 1;
}

/** The grid coordinates of a place; undefined where there is no grid. */
export function toUtm(at: Place): Utm | undefined {
  const band = bandOf(at.lat);
  if (band === undefined || !(Math.abs(at.lon) <= 180)) return undefined;
  const zone = zoneOf(at);
  const dLon = (((at.lon - (zone * 6 - 183) + 540) % 360) - 180) * rad;
  const sin = Math.sin(at.lat * rad);
  const t = Math.sinh(Math.atanh(sin) - e * Math.atanh(e * sin));
  const xi = Math.atan2(t, Math.cos(dLon));
  const eta = Math.asinh(Math.sin(dLon) / Math.hypot(t, Math.cos(dLon)));
  let x = eta;
  let y = xi;
  alpha.forEach((a, i) => {
    const j = 2 * (i + 1);
    x += a * Math.cos(j * xi) * Math.sinh(j * eta);
    y += a * Math.sin(j * xi) * Math.cosh(j * eta);
  });
  return {
    zone,
    band,
    eastingM: falseEastingM + scale * rectifyingM * x,
    northingM: (at.lat < 0 ? falseNorthingM : 0) + scale * rectifyingM * y,
  };
}

/** The place of grid coordinates; south says which hemisphere the northing counts in. */
export function fromUtm(zone: number, south: boolean, eastingM: number, northingM: number): Place | undefined {
  if (!(zone >= 1 && zone <= 60 && eastingM >= 100_000 && eastingM < 1_000_000 && northingM >= 0 && northingM <= 10_000_000)) return undefined;
  const xi = (northingM - (south ? falseNorthingM : 0)) / (scale * rectifyingM);
  const eta = (eastingM - falseEastingM) / (scale * rectifyingM);
  let x = eta;
  let y = xi;
  beta.forEach((b, i) => {
    const j = 2 * (i + 1);
    x -= b * Math.cos(j * xi) * Math.sinh(j * eta);
    y -= b * Math.sin(j * xi) * Math.cosh(j * eta);
  });
  const chi = Math.asin(Math.sin(y) / Math.cosh(x));
  // The geographic latitude of a conformal one, by fixed point: the ellipsoid is nearly a sphere.
  let lat = chi;
  for (let i = 0; i < 6; i += 1) lat = Math.asin(Math.tanh(Math.atanh(Math.sin(chi)) + e * Math.atanh(e * Math.sin(lat))));
  const lon = zone * 6 - 183 + Math.atan2(Math.sinh(x), Math.cos(y)) / rad;
  return { lat: lat / rad, lon: ((lon + 540) % 360) - 180 };
}
