/** A vehicle as the station sees it (docs/api.md, Vehicles). */
import { camera, gimbalState } from './camera';
import * as c from './condition';
import { array, bool, instant, num, object, oneOf, optional, str, type Decoded } from './decode';
import { place, polygon } from './place';

export const lease = object({
  holder: str,
  since: optional(instant),
  expiresAt: optional(instant),
  asks: optional(array(object({ who: str, reason: optional(str), at: instant, refused: optional(bool), note: optional(str) }))),
});
export type Lease = Decoded<typeof lease>;

export const vehicle = object({
  id: num,
  name: str,
  state: oneOf('live', 'lost'),
  lastSeen: optional(instant),
  ageS: optional(num),
  autopilot: optional(str),
  type: optional(str),
  armed: optional(bool),
  mode: optional(str),
  modes: optional(array(str)),
  landed: optional(str),
  vtol: optional(str),
  status: optional(str),
  warnings: optional(array(c.warning)),
  /** The members that are too old to go by. */
  stale: optional(array(str)),
  position: optional(
    object({
      lat: num,
      lon: num,
      altAMSL: optional(num),
      altRelative: optional(num),
      altAGL: optional(num),
      t: optional(instant),
    }),
  ),
  velocity: optional(object({ north: num, east: num, up: num, t: optional(instant) })),
  headingDeg: optional(num),
  groundSpeed: optional(num),
  climbRate: optional(num),
  attitude: optional(object({ rollDeg: num, pitchDeg: num, yawDeg: num, t: optional(instant) })),
  battery: optional(c.battery),
  batteries: optional(array(c.battery)),
  endurance: optional(c.endurance),
  gps: optional(c.gps),
  gps2: optional(c.gps),
  ekf: optional(c.ekf),
  wind: optional(c.wind),
  vibration: optional(c.vibration),
  rc: optional(c.rc),
  sensors: optional(c.sensors),
  fence: optional(c.fenceState),
  failsafe: optional(c.failsafe),
  arming: optional(c.arming),
  home: optional(object({ lat: num, lon: num, altAMSL: optional(num) })),
  gimbal: optional(
    object({ pitchDeg: optional(num), yawDeg: optional(num), rollDeg: optional(num), target: optional(place) }),
  ),
  gimbals: optional(array(gimbalState)),
  cameras: optional(array(camera)),
  footprint: optional(polygon),
  link: optional(c.link),
  links: optional(array(c.link)),
  mission: optional(object({ current: optional(num), count: optional(num) })),
  plans: optional(array(c.planState)),
  transfer: optional(c.transfer),
  pending: optional(c.pending),
  leading: optional(c.leading),
  destination: optional(place),
  control: optional(lease),
  messages: optional(array(object({ t: instant, severity: str, text: str, count: optional(num) }))),
});
export type Vehicle = Decoded<typeof vehicle>;
