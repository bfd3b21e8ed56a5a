/** Coordinates as people read and type them: degrees, degrees with minutes and seconds, UTM and MGRS. */
import { forward, toPoint } from 'mgrs';
import type { Place } from './model';
import { bandOf, fromUtm, toUtm } from './utm';

export const coordinateFormats = ['latLon', 'dms', 'utm', 'mgrs'] as const;
export type CoordinateFormat = (typeof coordinateFormats)[number];

/** A place in one of the formats; undefined where a grid has no name for it. */
export function placeWords(at: Place, format: CoordinateFormat): string | undefined {
  switch (format) {
    case 'latLon':
      return latLon(at);
    case 'dms':
      return dms(at);
    case 'utm':
      return utm(at);
    case 'mgrs':
      return mgrs(at);
  }
}

/** Decimal degrees with hemisphere letters: '35.36324° S 149.16509° E' (about a metre). */
export function latLon(at: Place): string {
  return `${hemisphere(at.lat, 'N', 'S')} ${hemisphere(at.lon, 'E', 'W')}`;
}

function hemisphere(value: number, positive: string, negative: string): string {
  return `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`;
}

/** Degrees, minutes and seconds to a tenth (three metres): 35°21'47.7" S 149°09'54.3" E. */
export function dms(at: Place): string {
  return `${sexagesimal(at.lat, 'N', 'S')} ${sexagesimal(at.lon, 'E', 'W')}`;
}

function sexagesimal(value: number, positive: string, negative: string): string {
  // Rounded as a whole, so that 59.96 seconds become the next minute and not 60.0 seconds.
  const tenths = Math.round(Math.abs(value) * 36_000);
  const pad = (v: number | string, width: number): string => String(v).padStart(width, '0');
  const seconds = ((tenths % 600) / 10).toFixed(1);
  return `${Math.floor(tenths / 36_000)}°${pad(Math.floor(tenths / 600) % 60, 2)}'${pad(seconds, 4)}" ${value < 0 ? negative : positive}`;
}

/** UTM to a metre with the band's letter: '55H 696754 6085321'. */
export function utm(at: Place): string | undefined {
  const u = toUtm(at);
  return u && `${u.zone}${u.band} ${Math.round(u.eastingM)} ${Math.round(u.northingM)}`;
}

/** MGRS to a metre with spaces ('55H FA 96754 85321'); undefined beyond 84° N and 80° S, where MGRS has no grid. */
export function mgrs(at: Place): string | undefined {
  // The library throws outside its limits.
  if (bandOf(at.lat) === undefined || !(Math.abs(at.lon) <= 180)) return undefined;
  const parts = /^(\d{1,2}[A-Z])([A-Z]{2})(\d{5})(\d{5})$/.exec(forward([at.lon, at.lat], 5));
  return parts ? parts.slice(1).join(' ') : undefined;
}

/**
 * The place that a person has typed, in any of the formats; undefined where it is none. Degrees come as '-35.36 149.16',
 * '35.36 S 149.16 E' or 35°21'47" S 149°09'54" E, latitude first unless the letters say otherwise. A letter after a UTM
 * zone is the band's, as in MGRS: '55S' lies north of the equator.
 */
export function parsePlace(text: string): Place | undefined {
  const typed = text.trim().toUpperCase();
  return parseMgrs(typed) ?? parseUtm(typed) ?? parseDegrees(typed);
}

function parseMgrs(typed: string): Place | undefined {
  const parts = /^(\d{1,2})([C-HJ-NP-X])([A-HJ-NP-Z]{2})(\d{2,10})$/.exec(typed.replaceAll(/\s+/g, ''));
  if (!parts || parts[4]!.length % 2 !== 0 || Number(parts[1]) < 1 || Number(parts[1]) > 60) return undefined;
  try {
    const [lon, lat] = toPoint(parts.slice(1).join(''));
    return valid({ lat, lon });
  } catch {
    return undefined; // letters that the zone does not have
  }
}

function parseUtm(typed: string): Place | undefined {
  const parts = /^(\d{1,2})\s*([C-HJ-NP-X])\s+(\d{6}(?:\.\d+)?)\s*M?\s*E?[\s,]+(\d{1,8}(?:\.\d+)?)\s*M?\s*N?$/.exec(typed);
  if (!parts) return undefined;
  const at = fromUtm(Number(parts[1]), parts[2]! < 'N', Number(parts[3]), Number(parts[4]));
  // A band that does not hold the northing is a slip of the hand that could be a thousand kilometres off.
  const band = at && bandOf(at.lat);
  if (!at || band === undefined || Math.abs(band.charCodeAt(0) - parts[2]!.charCodeAt(0)) > 1) return undefined;
  return at;
}

function parseDegrees(typed: string): Place | undefined {
  // A comma within a number is a decimal comma to some and a separator to others.
  if (/\d,\d/.test(typed)) return undefined;
  const spaced = typed.replaceAll(/[°'"′″’”º:,;]/g, ' ').replaceAll(/([NSEW])/g, ' $1 ');
  const tokens = spaced.split(/\s+/).filter((t) => t !== '');
  if (!tokens.every((t) => /^(?:[NSEW]|[+-]?\d{1,3}(?:\.\d+)?)$/.test(t))) return undefined;
  const letters = tokens.filter((t) => /[NSEW]/.test(t));
  const numbers = tokens.filter((t) => !/[NSEW]/.test(t)).map(Number);
  if (numbers.length % 2 !== 0 || numbers.length < 2 || numbers.length > 6) return undefined;
  const half = numbers.length / 2;
  const first = degrees(numbers.slice(0, half));
  const second = degrees(numbers.slice(half));
  if (first === undefined || second === undefined) return undefined;
  if (letters.length === 0) return valid({ lat: first, lon: second });
  if (letters.length !== 2 || first < 0 || second < 0) return undefined;
  const values: Record<string, number> = { [letters[0]!]: first, [letters[1]!]: second };
  const lat = values['N'] ?? (values['S'] === undefined ? undefined : -values['S']);
  const lon = values['E'] ?? (values['W'] === undefined ? undefined : -values['W']);
  return lat === undefined || lon === undefined ? undefined : valid({ lat, lon });
}

/** Degrees from degrees, minutes and seconds, of which only the last may have a fraction. */
function degrees(parts: number[]): number | undefined {
  if (parts.slice(1).some((p) => p < 0 || p >= 60)) return undefined;
  if (parts.slice(0, -1).some((p) => !Number.isInteger(p))) return undefined;
  const size = parts.reduce((sum, p, i) => sum + Math.abs(p) / 60 ** i, 0);
  return parts[0]! < 0 || Object.is(parts[0], -0) ? -size : size;
}

function valid(at: Place): Place | undefined {
  return Math.abs(at.lat) <= 90 && Math.abs(at.lon) <= 180 ? at : undefined;
}
