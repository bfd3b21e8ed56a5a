/**
 * What the station says, as types with their decoders (docs/api.md is the contract). Angles are degrees, headings
 * clockwise from true north, instants are milliseconds since the epoch (UTC), everything else SI.
 */
import {
  array,
  asObject,
  bool,
  DecodeError,
  instant,
  num,
  object,
  oneOf,
  optional,
  record,
  str,
  type Decoded,
  type Decoder,
} from './decode';
import type { Geometry } from 'geojson';
import { lonLat, place, type LonLat, type Place } from './place';

export * from './camera';
export * from './condition';
export * from './traffic';
export * from './vehicle';
export { place, type LonLat, type Place };

export const ellipse = object({ semiMajorM: num, semiMinorM: num, bearingDeg: num, confidence: optional(num) });
export type Ellipse = Decoded<typeof ellipse>;

export const me = object({
  name: str,
  role: oneOf('viewer', 'operator', 'admin'),
  via: optional(str),
  station: object({
    id: str,
    name: optional(str),
    position: optional(place),
    version: optional(str),
    demo: optional(bool),
  }),
});
export type Me = Decoded<typeof me>;

export const feed = object({
  id: str,
  vehicle: optional(num),
  camera: optional(num),
  hfovDeg: optional(num),
  kind: oneOf('thermal', 'eo'),
  state: oneOf('live', 'connecting', 'noSignal'),
  noSignalSince: optional(instant),
  width: optional(num),
  height: optional(num),
  fps: optional(num),
  codec: optional(str),
  kbps: optional(num),
  viewers: optional(num),
  detector: optional(object({ state: str, reason: optional(str), framesPerS: optional(num) })),
  problem: optional(object({ code: str, words: str, plays: oneOf('no', 'some') })),
  hints: optional(array(object({ code: str, words: str }))),
  tracks: optional(array(object({ kind: str, codec: str, clockRateHz: optional(num), used: bool }))),
  alternate: optional(str),
  recording: optional(
    object({
      state: oneOf('off', 'waiting', 'recording', 'stopped'),
      reason: optional(str),
      since: instant,
      by: oneOf('configuration', 'hand'),
      who: optional(str),
    }),
  ),
});
export type Feed = Decoded<typeof feed>;

const nuisance = object({ rate: num, real: num, false: num });
export type Nuisance = Decoded<typeof nuisance>;

export const sensor = object({
  id: str,
  kind: oneOf('seismic', 'pir', 'beam'),
  position: optional(place),
  line: optional(array(place)),
  azimuthDeg: optional(num),
  fovDeg: optional(num),
  rangeM: optional(num),
  gateway: optional(str),
  state: oneOf('unknown', 'ok', 'silent', 'tamper', 'lowBattery'),
  lastSeen: optional(instant),
  lastTrip: optional(instant),
  batteryPercent: optional(num),
  trips: optional(num),
  mute: optional(object({ until: instant, who: optional(str), why: optional(str) })),
  nuisance: optional(nuisance),
});
export type Sensor = Decoded<typeof sensor>;

export const trip = object({
  sensor: str,
  kind: str,
  t: instant,
  detail: optional(str),
  confidence: optional(num),
});
export type Trip = Decoded<typeof trip>;

const trackProperties = object({
  status: oneOf('tentative', 'confirmed', 'coasting'),
  class: str,
  classProbabilities: optional(record(num)),
  existence: optional(num),
  speed: optional(num),
  courseDeg: optional(num),
  ellipse: optional(ellipse),
  firstSeen: optional(instant),
  lastSeen: instant,
  t: optional(instant),
  sources: optional(array(object({ id: str, kind: str, lastSeen: optional(instant), count: optional(num) }))),
  alertId: optional(str),
  sidc: optional(str),
});

/** One object that fusion believes in. */
export type Track = Decoded<typeof trackProperties> & { id: string; position: Place };

export const track: Decoder<Track> = (value, path) => {
  const source = asObject(value, path);
  const geometry = asObject(source['geometry'], `${path}.geometry`);
  if (geometry['type'] !== 'Point') throw new DecodeError(`${path}.geometry.type`, 'Point', geometry['type']);
  const [lon, lat] = lonLat(geometry['coordinates'], `${path}.geometry.coordinates`);
  return {
    ...trackProperties(source['properties'], `${path}.properties`),
    id: str(source['id'], `${path}.id`),
    position: { lat, lon },
  };
};

/** A still that is kept with an alert; its box is in pixels of the picture. */
export const alertPicture = object({
  n: num,
  kind: oneOf('first', 'best', 'earlier'),
  feed: str,
  at: instant,
  timeExact: optional(bool),
  width: num,
  height: num,
  box: object({ x: num, y: num, w: num, h: num, score: optional(num) }),
  lat: num,
  lon: num,
  errorM: optional(num),
  pose: optional(str),
  masked: optional(bool),
  revision: optional(num),
});
export type AlertPicture = Decoded<typeof alertPicture>;

export const alert = object({
  id: str,
  state: oneOf('new', 'acknowledged', 'resolved', 'false'),
  severity: oneOf('caution', 'serious', 'critical'),
  title: str,
  probably: optional(str),
  reasons: optional(array(str)),
  confidence: optional(num),
  position: optional(place),
  ellipse: optional(ellipse),
  trackId: optional(str),
  cueId: optional(str),
  sources: optional(array(str)),
  raisedAt: instant,
  updatedAt: optional(instant),
  decidedBy: optional(str),
  decidedAt: optional(instant),
  assignedTo: optional(str),
  assignedBy: optional(str),
  history: optional(array(object({ t: instant, who: optional(str), what: str, note: optional(str) }))),
  pictures: optional(array(alertPicture)),
});
export type Alert = Decoded<typeof alert>;

export const alertLook = object({
  kind: oneOf('camera', 'person', 'vehicle'),
  who: str,
  what: optional(str),
  by: optional(str),
  from: instant,
  to: optional(instant),
});
export type AlertLook = Decoded<typeof alertLook>;

/** Where what an alert is about came from, and who looked when. */
export const alertHistory = object({ id: str, words: array(str), looks: array(alertLook) });
export type AlertHistory = Decoded<typeof alertHistory>;

export const cue = object({
  id: str,
  state: oneOf('proposed', 'approved', 'active', 'done', 'rejected', 'expired', 'failed'),
  alertId: optional(str),
  trackId: optional(str),
  vehicle: num,
  action: oneOf('lookAndApproach', 'look'),
  target: optional(place),
  standoffM: optional(num),
  heightAGL: optional(num),
  etaS: optional(num),
  reasons: optional(array(str)),
  createdAt: optional(instant),
  expiresAt: optional(instant),
  decidedBy: optional(str),
  decidedAt: optional(instant),
  detail: optional(str),
});
export type Cue = Decoded<typeof cue>;

/** A zone's geometry is drawn as it comes; only its type is checked, because MapLibre validates the rest. */
export type Zone = {
  id: string;
  name: string;
  kind: 'border' | 'area' | 'noFly' | 'privacy' | 'known';
  geometry: Geometry;
  nuisance?: Nuisance | undefined;
};

const zoneProperties = object({ id: str, name: optional(str), kind: oneOf('border', 'area', 'noFly', 'privacy', 'known'), nuisance: optional(nuisance) });
const zoneShape = oneOf('LineString', 'MultiLineString', 'Polygon', 'MultiPolygon');

export const zone: Decoder<Zone> = (value, path) => {
  const source = asObject(value, path);
  const geometry = asObject(source['geometry'], `${path}.geometry`);
  zoneShape(geometry['type'], `${path}.geometry.type`);
  const properties = zoneProperties(source['properties'], `${path}.properties`);
  return {
    id: properties.id,
    name: properties.name ?? properties.id,
    kind: properties.kind,
    nuisance: properties.nuisance,
    geometry: geometry as unknown as Geometry,
  };
};

export const detections = object({
  feed: str,
  t: instant,
  width: num,
  height: num,
  boxes: array(object({ x: num, y: num, w: num, h: num, score: optional(num), class: optional(str) })),
});
export type Detections = Decoded<typeof detections>;

/** A map that users have put into the station's folder. One with a problem cannot be shown. */
export const mapFile = object({
  id: str,
  name: str,
  format: optional(str),
  minZoom: num,
  maxZoom: num,
  bounds: optional(array(num)),
  attribution: optional(str),
  layers: optional(array(str)),
  problem: optional(str),
});
export type MapFile = Decoded<typeof mapFile>;

export const terrain = object({
  bounds: (value: unknown, path: string): [number, number, number, number] => {
    const b = array(num)(value, path);
    if (b.length !== 4) throw new DecodeError(path, '[west, south, east, north]', value);
    return [b[0]!, b[1]!, b[2]!, b[3]!];
  },
  minZoom: num,
  maxZoom: num,
  note: optional(str),
});
export type Terrain = Decoded<typeof terrain>;

export const elevation = object({ elevationAMSL: optional(num) });

/** The ground that a point of a picture shows, and how well that is known. */
export const feedPlace = object({ feed: str, t: instant, position: place, elevationAMSL: num, slantM: num, ellipse });
export type FeedPlace = Decoded<typeof feedPlace>;

/** What can be seen from a place, as polygons that MapLibre validates. */
const viewshedProperties = object({ heightM: num, rangeM: num, targetM: num, stepM: num, seenShare: num });
export type Viewshed = Decoded<typeof viewshedProperties> & { seen: Geometry };

export const viewshed: Decoder<Viewshed> = (value, path) => {
  const source = asObject(value, path);
  const geometry = asObject(source['geometry'], `${path}.geometry`);
  oneOf('MultiPolygon')(geometry['type'], `${path}.geometry.type`);
  return { ...viewshedProperties(source['properties'], `${path}.properties`), seen: geometry as unknown as Geometry };
};

/** A square in which alerts were raised: how many that people did not call false, the same by hour of the day (UTC), and how many that they did. */
const crossingProperties = object({ crossings: num, nuisances: num, byHour: array(num) });
export type CrossingCell = Decoded<typeof crossingProperties> & { ring: LonLat[] };

const crossingCell: Decoder<CrossingCell> = (value, path) => {
  const source = asObject(value, path);
  const geometry = asObject(source['geometry'], `${path}.geometry`);
  oneOf('Polygon')(geometry['type'], `${path}.geometry.type`);
  const [ring] = array(array(lonLat))(geometry['coordinates'], `${path}.geometry.coordinates`);
  const properties = crossingProperties(source['properties'], `${path}.properties`);
  if (properties.byHour.length !== 24) throw new DecodeError(`${path}.properties.byHour`, '24 numbers', properties.byHour);
  return { ...properties, ring: ring ?? [] };
};

export const crossings: Decoder<CrossingCell[]> = (value, path) => array(crossingCell)(asObject(value, path)['features'], `${path}.features`);

/** How far a camera places things beside the truth, as the station has learned it; one sigma. */
export const cameraBias = object({
  feed: str, eastM: num, northM: num, yawDeg: num, pitchDeg: num, eastSigmaM: num, northSigmaM: num, yawSigmaDeg: num, pitchSigmaDeg: num,
  clockMs: num, clockSigmaMs: num,
});
export type CameraBias = Decoded<typeof cameraBias>;

export const commandResult = object({
  id: optional(str),
  vehicle: optional(num),
  command: optional(str),
  result: optional(str),
  elapsedMs: optional(num),
  detail: optional(str),
});
export type CommandResult = Decoded<typeof commandResult>;

export const account = object({ name: str, role: oneOf('viewer', 'operator', 'admin'), disabled: optional(bool), created: instant, secondFactor: optional(instant) });
export type Account = Decoded<typeof account>;

export const problem = object({ title: optional(str), status: optional(num), detail: optional(str), alternate: optional(str), needs: optional(str) });

/** What a viewer asks of the station's view of it. */
export const viewerHeard = object({ requestsReceived: num });
