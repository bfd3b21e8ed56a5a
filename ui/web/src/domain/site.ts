/** What the station has of sensors, zones, feeds and links, and drafts of them as a person edits them. No rule of the file is decided here:
 * the station checks. What is said here only spares a question. */
import { array, asObject, bool, instant, num, object, oneOf, optional, str, type Decoded, type Decoder } from './decode';
import { sectorRing } from './geometry';
import type { LonLat, Place, Sensor, Zone } from './model';
import { texts } from '../texts';

export const sections = ['sensors', 'zones', 'feeds', 'links'] as const;
export type Section = (typeof sections)[number];

/** An object with the keys of the configuration file. */
export type Entry = Record<string, unknown>;
const entry: Decoder<Entry> = (value, path) => asObject(value, path);

export const configEntry = object({
  section: oneOf(...sections),
  id: str,
  state: oneOf('file', 'changed', 'added', 'removed', 'none'),
  now: optional(entry),
  file: optional(entry),
  fileChanged: optional(bool),
  who: optional(str),
  at: optional(instant),
  problem: optional(str),
  restart: optional(bool),
  revision: optional(str),
});
export type ConfigEntry = Decoded<typeof configEntry>;

export const configuration = object({ entries: array(configEntry), gateways: array(object({ name: str, protocol: str })) });
export type Configuration = Decoded<typeof configuration>;

export const stranger = object({
  id: str,
  gateway: str,
  protocol: str,
  address: optional(str),
  channels: optional(array(str)),
  likely: optional(oneOf('seismic', 'beam')),
  firstSeen: instant,
  lastSeen: instant,
  messages: num,
  trips: num,
  detail: optional(str),
  batteryPercent: optional(num),
});
export type Stranger = Decoded<typeof stranger>;

/** Of an entry that is to be new. */
export const revisionNone = 'none';

interface Draft {
  id: string;
  /** What the station has under that name, as it was seen. */
  revision: string;
  points: readonly Place[];
  /** The keys that are not edited here, kept as they are. */
  rest: Entry;
}

export interface SensorDraft extends Draft {
  what: 'sensor';
  kind: Sensor['kind'];
  gateway: string;
  address: string;
  rangeM: number | null;
  azimuthDeg: number | null;
  fovDeg: number | null;
}

export interface ZoneDraft extends Draft {
  what: 'zone';
  kind: Zone['kind'];
  name: string;
  person: boolean;
  vehicle: boolean;
  from: string;
  to: string;
  days: readonly string[];
  minSpeed: number | null;
  maxSpeed: number | null;
  loiter: string;
  direction: '' | 'L2R' | 'R2L';
}

export type SiteDraft = SensorDraft | ZoneDraft;

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export const zoneKinds = ['border', 'area', 'noFly', 'privacy', 'known'] as const;
export const sensorKinds = ['seismic', 'pir', 'beam'] as const;

/** A draft for somebody who reports and is not configured. A Raspberry Shake has no name of its own. */
export function adoptionOf(s: Stranger, taken: ReadonlySet<string>): SensorDraft {
  let id = s.id;
  if (s.address !== undefined) for (let n = 1; taken.has((id = `g-${String(n).padStart(2, '0')}`)); ) n += 1;
  return {
    what: 'sensor', id, revision: revisionNone, points: [], rest: {}, kind: s.likely ?? 'seismic',
    gateway: s.gateway, address: s.address ?? '', rangeM: null, azimuthDeg: null, fovDeg: null,
  };
}

export function newZone(taken: ReadonlySet<string>): ZoneDraft {
  let n = 1;
  while (taken.has(`zone-${n}`)) n += 1;
  return {
    what: 'zone', id: `zone-${n}`, revision: revisionNone, points: [], rest: {}, kind: 'area', name: '', person: false, vehicle: false,
    from: '', to: '', days: [], minSpeed: null, maxSpeed: null, loiter: '', direction: '',
  };
}

const text = (v: unknown): string => (typeof v === 'string' ? v : '');
const figure = (v: unknown): number | null => (typeof v === 'number' && Number.isFinite(v) ? v : null);
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
const isPlace = (v: unknown): v is Place =>
  typeof v === 'object' && v !== null && figure((v as Place).lat) !== null && figure((v as Place).lon) !== null;
const among = <T extends string>(v: unknown, all: readonly T[], otherwise: T): T => all.find((one) => one === v) ?? otherwise;

const sensorKeys = ['id', 'kind', 'position', 'line', 'azimuthDeg', 'fovDeg', 'rangeM', 'gateway', 'address'];
const zoneKeys = ['id', 'name', 'kind', 'points', 'classes', 'from', 'to', 'days', 'minSpeed', 'maxSpeed', 'loiter', 'direction'];

function restOf(e: Entry, keys: readonly string[]): Entry {
  return Object.fromEntries(Object.entries(e).filter(([k]) => !keys.includes(k)));
}

/** The draft of what there is; an entry that was removed is drafted as the file has it. */
export function draftOf(c: ConfigEntry): SiteDraft | undefined {
  const e = c.now ?? c.file;
  if (!e) return undefined;
  const revision = c.revision ?? revisionNone;
  if (c.section === 'sensors') {
    const line = list(e['line']).filter(isPlace);
    return {
      what: 'sensor', id: c.id, revision, rest: restOf(e, sensorKeys), kind: among(e['kind'], sensorKinds, 'seismic'),
      points: line.length > 0 ? line : isPlace(e['position']) ? [e['position']] : [],
      gateway: text(e['gateway']), address: text(e['address']),
      rangeM: figure(e['rangeM']), azimuthDeg: figure(e['azimuthDeg']), fovDeg: figure(e['fovDeg']),
    };
  }
  if (c.section !== 'zones') return undefined;
  const classes = list(e['classes']);
  const points = list(e['points']).filter(isPlace);
  const [first, last] = [points[0], points.at(-1)];
  const closed = e['kind'] !== 'border' && points.length > 3 && first!.lat === last!.lat && first!.lon === last!.lon;
  return {
    what: 'zone', id: c.id, revision, rest: restOf(e, zoneKeys), kind: among(e['kind'], zoneKinds, 'area'), name: text(e['name']),
    points: closed ? points.slice(0, -1) : points,
    person: classes.includes('person'), vehicle: classes.includes('vehicle'), from: text(e['from']), to: text(e['to']),
    days: list(e['days']).map(text), minSpeed: figure(e['minSpeed']), maxSpeed: figure(e['maxSpeed']), loiter: text(e['loiter']),
    direction: among(e['direction'], ['', 'L2R', 'R2L'] as const, ''),
  };
}

/** About a centimetre. */
const exact = (p: Place): Place => ({ lat: Number(p.lat.toFixed(7)), lon: Number(p.lon.toFixed(7)) });

function given(e: Entry): Entry {
  return Object.fromEntries(Object.entries(e).filter(([, v]) => v !== null && v !== '' && v !== undefined && !(Array.isArray(v) && v.length === 0)));
}

/** What the station is sent. Keys that mean nothing for the kind are left out. */
export function entryOf(d: SiteDraft): Entry {
  const points = d.points.map(exact);
  if (d.what === 'sensor') {
    const pir = d.kind === 'pir' ? { azimuthDeg: d.azimuthDeg, fovDeg: d.fovDeg } : {};
    const where = d.kind === 'beam' ? { line: points } : { position: points[0] };
    return given({ ...d.rest, kind: d.kind, ...where, ...pir, rangeM: d.rangeM, gateway: d.gateway, address: d.kind === 'seismic' ? d.address : '' });
  }
  const classes = d.person === d.vehicle ? [] : [d.person ? 'person' : 'vehicle'];
  const rule = ruled(d.kind) ? { classes, from: d.from, to: d.to, days: d.days, minSpeed: d.minSpeed, maxSpeed: d.maxSpeed } : {};
  return given({
    ...d.rest, name: d.name.trim(), kind: d.kind, points, ...rule,
    loiter: d.kind === 'area' ? d.loiter.trim() : '', direction: d.kind === 'border' ? d.direction : '',
  });
}

/** Whether a zone's kind has a rule of when and for whom it matters. */
export const ruled = (kind: Zone['kind']): boolean => kind === 'border' || kind === 'area' || kind === 'known';

/** How many points there must be, and may be. */
export function pointsOf(d: SiteDraft): { least: number; most: number } {
  if (d.what === 'sensor') return d.kind === 'beam' ? { least: 2, most: 2 } : { least: 1, most: 1 };
  return { least: d.kind === 'border' ? 2 : 3, most: 2000 };
}

/** Why it cannot be sent yet, in words; empty: it can. */
export function lacking(d: SiteDraft): string[] {
  const out: string[] = [];
  const { least } = pointsOf(d);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(d.id)) out.push(texts.site.badName);
  if (d.points.length < least) out.push(texts.site.fewPoints(least - d.points.length, d.points.length > 0));
  if (d.what === 'sensor') {
    if (d.gateway === '') out.push(texts.site.noGateway);
    if (d.kind === 'pir' && (d.azimuthDeg === null || d.fovDeg === null)) out.push(texts.site.noSector);
    return out;
  }
  if (overDateLine(d.points)) out.push(texts.site.dateLine);
  else if (crosses(d.points, d.kind !== 'border')) out.push(texts.site.crosses);
  if ((d.from === '') !== (d.to === '')) out.push(texts.site.halfTime);
  else if (ruled(d.kind) && [d.from, d.to].some((t) => t !== '' && !/^([01]\d|2[0-3]):[0-5]\d$/.test(t))) out.push(texts.site.badTime);
  if (ruled(d.kind)) out.push(...badSpeeds(d));
  if (d.kind === 'area' && d.loiter.trim() !== '' && !goodSpan(d.loiter.trim())) out.push(texts.site.badLoiter);
  return out;
}

function badSpeeds({ minSpeed, maxSpeed }: ZoneDraft): string[] {
  if ([minSpeed, maxSpeed].some((v) => v !== null && !(v >= 0 && v <= 200))) return [texts.site.badSpeed];
  return minSpeed !== null && maxSpeed !== null && maxSpeed > 0 && maxSpeed < minSpeed ? [texts.site.speedsSwapped] : [];
}

const unitS: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** A span as the configuration file has it, such as '1h30m', of a day at most. */
function goodSpan(typed: string): boolean {
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(typed)) return false;
  const seconds = [...typed.matchAll(/([\d.]+)(h|ms|m|s)/g)].reduce((sum, [, n, unit]) => sum + Number(n) * unitS[unit!]!, 0);
  return seconds <= 86_400;
}

/** Whether two points in a row lie on either side of the 180th meridian. */
export function overDateLine(points: readonly Place[]): boolean {
  return points.some((p, i) => i > 0 && Math.abs(p.lon - points[i - 1]!.lon) > 180);
}

/** Whether parts of a line, or of an outline, meet elsewhere than at the point that they share. */
export function crosses(points: readonly Place[], closed: boolean): boolean {
  const path = closed && points.length > 2 ? [...points, points[0]!] : points;
  const n = path.length - 1;
  for (let i = 0; i < n; i += 1) {
    for (let k = i + 2; k < n; k += 1) {
      if (closed && i === 0 && k === n - 1) continue;
      if (meet(path[i]!, path[i + 1]!, path[k]!, path[k + 1]!)) return true;
    }
  }
  return false;
}

function meet(a: Place, b: Place, c: Place, d: Place): boolean {
  const side = (p: Place, q: Place, x: Place): number => (q.lon - p.lon) * (x.lat - p.lat) - (q.lat - p.lat) * (x.lon - p.lon);
  const [s1, s2, s3, s4] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
  if (s1 * s2 < 0 && s3 * s4 < 0) return true;
  const within = (v: number, p: number, q: number): boolean => v >= Math.min(p, q) && v <= Math.max(p, q);
  const on = (p: Place, q: Place, x: Place, s: number): boolean => s === 0 && within(x.lon, p.lon, q.lon) && within(x.lat, p.lat, q.lat);
  return on(a, b, c, s1) || on(a, b, d, s2) || on(c, d, a, s3) || on(c, d, b, s4);
}

/** Which point the next place is: one that is there, or a new one before the place with that number. */
export interface Hand {
  at: number;
  add: boolean;
}

/** The draft with a place given. What is in hand is moved or added there; else a sensor is moved, and a line or outline goes on. */
export function placed(d: SiteDraft, at: Place, hand?: Hand): SiteDraft {
  const { most } = pointsOf(d);
  const points = [...d.points];
  if (hand && hand.at <= points.length) points.splice(hand.at, hand.add ? 0 : 1, at);
  else if (points.length < most) points.push(at);
  else points[most - 1] = at;
  return { ...d, points };
}

export function without(d: SiteDraft, at: number): SiteDraft {
  return { ...d, points: d.points.filter((_, i) => i !== at) };
}

/** What the map shows of a draft: its points, the line or outline, and a sensor's reach. */
export interface Sketch {
  points: readonly LonLat[];
  line: readonly LonLat[];
  reach: readonly LonLat[];
  /** The point in hand. */
  held: number;
}

export const defaultRangeM: Record<Sensor['kind'], number> = { seismic: 40, pir: 12, beam: 2 };

export function sketchOf(d: SiteDraft, hand?: Hand): Sketch {
  const points = d.points.map((p): LonLat => [p.lon, p.lat]);
  const held = hand && !hand.add ? hand.at : -1;
  if (d.what === 'zone') {
    const closed = d.kind !== 'border' && points.length > 2;
    return { points, line: closed ? [...points, points[0]!] : points, reach: [], held };
  }
  const at = d.points[0];
  const fov = d.kind === 'seismic' ? 360 : (d.fovDeg ?? 0);
  const reach = at && d.kind !== 'beam' && fov > 0 ? sectorRing(at, d.azimuthDeg ?? 0, fov, d.rangeM ?? defaultRangeM[d.kind]) : [];
  return { points, line: d.kind === 'beam' ? points : [], reach, held };
}
