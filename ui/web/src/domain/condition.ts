/** How a vehicle is: decoders of its links, batteries, health, plans and what goes on with it (docs/api.md, Vehicles). */
import { array, bool, instant, num, object, optional, str, type Decoded } from './decode';

export const warning = object({ kind: str, text: str, since: optional(instant) });

export const battery = object({
  id: optional(num),
  function: optional(str),
  percent: optional(num),
  voltage: optional(num),
  current: optional(num),
  temperatureC: optional(num),
  timeLeftS: optional(num),
  charge: optional(str),
  faults: optional(array(str)),
  t: optional(instant),
});
export type Battery = Decoded<typeof battery>;

/** How long it can stay: seconds to the reserve, home from here, and what is left of the one after the other. */
export const endurance = object({
  toReserveS: num,
  reservePercent: optional(num),
  toHomeS: optional(num),
  spareS: optional(num),
  distanceM: optional(num),
  basis: optional(str),
  t: optional(instant),
});
export type Endurance = Decoded<typeof endurance>;

export const gps = object({
  fix: str,
  satellites: optional(num),
  hdop: optional(num),
  horizontalM: optional(num),
  jamming: optional(str),
  spoofing: optional(str),
  t: optional(instant),
});
export type Gps = Decoded<typeof gps>;

/** The ratios compare a measurement with what is expected: 1 is the limit. */
export const ekf = object({
  level: str,
  attitude: optional(bool),
  velocity: optional(bool),
  position: optional(bool),
  height: optional(bool),
  held: optional(bool),
  gpsGlitch: optional(bool),
  velocityRatio: optional(num),
  horizontalRatio: optional(num),
  verticalRatio: optional(num),
  compassRatio: optional(num),
  t: optional(instant),
});
export type Ekf = Decoded<typeof ekf>;

export const wind = object({ speed: num, fromDeg: num, up: optional(num), t: optional(instant) });

export const vibration = object({
  x: num,
  y: num,
  z: num,
  clipping: optional(array(num)),
  level: str,
  t: optional(instant),
});
export type Vibration = Decoded<typeof vibration>;

export const rc = object({ channels: num, rssiPercent: optional(num), t: optional(instant) });

export const sensors = object({ unhealthy: optional(array(str)), loadPercent: optional(num), t: optional(instant) });

export const fenceState = object({ breached: bool, kind: optional(str), count: optional(num), t: optional(instant) });

export const failsafe = object({
  active: bool,
  reasons: optional(array(object({ kind: str, text: str, t: optional(instant) }))),
});

export const arming = object({
  ready: optional(bool),
  reasons: optional(array(object({ text: str, source: optional(str), warning: optional(bool) }))),
  t: optional(instant),
});

/** One radio or network on which a vehicle is heard; bytes are per second. */
export const link = object({
  name: optional(str),
  remote: optional(str),
  used: optional(bool),
  silent: optional(bool),
  lastHeard: optional(instant),
  lossPercent: optional(num),
  rttMs: optional(num),
  bytesIn: optional(num),
  bytesOut: optional(num),
});
export type Link = Decoded<typeof link>;

/** What is known about one of the lists that a vehicle holds: mission, fence, rally. */
export const planState = object({
  kind: str,
  syncedAt: optional(instant),
  count: optional(num),
  changedAt: optional(instant),
  changedBy: optional(str),
  unknown: optional(bool),
  note: optional(str),
});
export type PlanState = Decoded<typeof planState>;

/** A long exchange that goes on; done and total count items, or bytes of files and logs. */
export const transfer = object({ kind: str, upload: optional(bool), done: num, total: optional(num) });
export type Transfer = Decoded<typeof transfer>;

/** A command that the vehicle is at. */
export const pending = object({ command: str, percent: optional(num), since: optional(instant) });

/** What the station does with a vehicle step by step. */
export const leading = object({ kind: str, by: optional(str), since: optional(instant) });

/** How a vehicle signs; text says what is wrong and the way out. */
export const signing = object({ state: str, text: str, since: optional(instant) });
export type Signing = Decoded<typeof signing>;

/** One MAVLink connection of the station. */
export const stationLink = object({
  name: str,
  state: str,
  problem: optional(str),
  radio: optional(
    object({ t: instant, rssi: num, remoteRssi: num, noise: num, remoteNoise: num, txBufferPercent: num }),
  ),
});
export type StationLink = Decoded<typeof stationLink>;
