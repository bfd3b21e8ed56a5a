/** The live socket's messages: one decoder for the envelope and its data. */
import { asObject, lenientArray, num, object, optional, record, str, instant, DecodeError, type Decoder } from './decode';
import * as m from './model';
import type { TrackFrame } from './trackframe';

/** Everything at once, first on every connection; it replaces what was known before. */
export interface Snapshot {
  me: m.Me;
  vehicles: m.Vehicle[];
  feeds: m.Feed[];
  sensors: m.Sensor[];
  tracks: m.Track[];
  /** The numbers of the tracks in rows. */
  trackNumbers: Record<string, number>;
  alerts: m.Alert[];
  cues: m.Cue[];
  zones: m.Zone[];
  traffic: m.Aircraft[];
  serverTime: number;
}

export type LiveMessage = { seq: number } & (
  | { type: 'snapshot'; data: Snapshot }
  | { type: 'vehicle'; data: m.Vehicle }
  | { type: 'feed'; data: m.Feed }
  | { type: 'sensor'; data: m.Sensor }
  | { type: 'alert'; data: m.Alert }
  | { type: 'cue'; data: m.Cue }
  | { type: 'track'; data: m.Track; number?: number | undefined }
  | { type: 'tracks'; data: { track: m.Track; number: number | undefined }[] }
  | { type: 'rows'; data: TrackFrame }
  | { type: 'trackGone'; data: { id: string } }
  | { type: 'trip'; data: m.Trip }
  | { type: 'detections'; data: m.Detections }
  | { type: 'aircraft'; data: m.Aircraft }
  | { type: 'aircraftGone'; data: { id: string } }
  | { type: 'sensorGone'; data: { id: string } }
  | { type: 'feedGone'; data: { id: string } }
  | { type: 'zones'; data: m.Zone[] }
  | { type: 'configured'; data: { section: string; id: string; who: string } }
  | { type: 'time'; data: { serverTime: number } }
  | { type: 'unknown'; data: { name: string } }
);

const gone = object({ id: str });
const configured = object({ section: str, id: str, who: str });
const time = object({ serverTime: instant });

const trackWithNumber: Decoder<{ track: m.Track; number: number | undefined }> = (value, path) => ({
  track: m.track(value, path),
  number: optional(num)(asObject(value, path)['number'], `${path}.number`),
});

function features<T>(item: Decoder<T>, onBad: (e: DecodeError) => void): Decoder<T[]> {
  return (value, path) => lenientArray(item, onBad)(asObject(value, path)['features'], `${path}.features`);
}

function decodeSnapshot(value: unknown, onBad: (e: DecodeError) => void): Snapshot {
  const s = asObject(value, 'snapshot');
  return {
    me: m.me(s['me'], 'me'),
    vehicles: lenientArray(m.vehicle, onBad)(s['vehicles'], 'vehicles'),
    feeds: lenientArray(m.feed, onBad)(s['feeds'], 'feeds'),
    sensors: lenientArray(m.sensor, onBad)(s['sensors'], 'sensors'),
    tracks: features(m.track, onBad)(s['tracks'], 'tracks'),
    trackNumbers: optional(record(num))(s['trackNumbers'], 'trackNumbers') ?? {},
    alerts: lenientArray(m.alert, onBad)(s['alerts'], 'alerts'),
    cues: lenientArray(m.cue, onBad)(s['cues'], 'cues'),
    zones: features(m.zone, onBad)(s['zones'], 'zones'),
    traffic: lenientArray(m.aircraft, onBad)(s['traffic'] ?? [], 'traffic'),
    serverTime: instant(s['serverTime'], 'serverTime'),
  };
}

/**
 * Decodes one message. A message whose type is not known, or whose data cannot be read (then given to onBad), comes out
 * as 'unknown', because its number still counts; an unreadable envelope or snapshot throws a DecodeError. Bad items
 * inside a snapshot are left out and given to onBad.
 */
export function decodeMessage(text: string, onBad: (e: DecodeError) => void): LiveMessage {
  const envelope = asObject(parse(text), 'message');
  const seq = num(envelope['seq'], 'message.seq');
  const type = str(envelope['type'], 'message.type');
  const data = envelope['data'];
  if (type === 'snapshot') return { type, seq, data: decodeSnapshot(data, onBad) };
  try {
    return decodeChange(type, seq, data, onBad);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    onBad(error);
    return { type: 'unknown', seq, data: { name: type } };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DecodeError('message', 'JSON', text);
  }
}

function decodeChange(type: string, seq: number, data: unknown, onBad: (e: DecodeError) => void): LiveMessage {
  switch (type) {
    case 'vehicle':
      return { type, seq, data: m.vehicle(data, type) };
    case 'feed':
      return { type, seq, data: m.feed(data, type) };
    case 'sensor':
      return { type, seq, data: m.sensor(data, type) };
    case 'alert':
      return { type, seq, data: m.alert(data, type) };
    case 'cue':
      return { type, seq, data: m.cue(data, type) };
    case 'track': {
      const { track, number } = trackWithNumber(data, type);
      return { type, seq, data: track, number };
    }
    case 'tracks':
      return { type, seq, data: lenientArray(trackWithNumber, onBad)(data, type) };
    case 'trackGone':
      return { type, seq, data: gone(data, type) };
    case 'trip':
      return { type, seq, data: m.trip(data, type) };
    case 'detections':
      return { type, seq, data: m.detections(data, type) };
    case 'aircraft':
      return { type, seq, data: m.aircraft(data, type) };
    case 'aircraftGone':
      return { type, seq, data: gone(data, type) };
    case 'sensorGone':
    case 'feedGone':
      return { type, seq, data: gone(data, type) };
    case 'zones':
      return { type, seq, data: features(m.zone, onBad)(data, type) };
    case 'configured':
      return { type, seq, data: configured(data, type) };
    case 'time':
      return { type, seq, data: time(data, type) };
    default:
      return { type: 'unknown', seq, data: { name: type } };
  }
}
