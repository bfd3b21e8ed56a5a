/** Cameras and gimbals of a vehicle (docs/api.md). Places in a picture are shares of it from its upper left corner. */
import { array, bool, instant, num, object, optional, str, type Decoded } from './decode';
import { place } from './place';

const pictureBox = object({ x: num, y: num, w: num, h: num });
export type PictureBox = Decoded<typeof pictureBox>;

const picturePoint = object({ x: num, y: num, radius: optional(num) });
export type PicturePoint = Decoded<typeof picturePoint>;

export const tracking = object({
  state: str,
  point: optional(picturePoint),
  box: optional(pictureBox),
  distanceM: optional(num),
  t: optional(instant),
});
export type Tracking = Decoded<typeof tracking>;

export const camera = object({
  id: num,
  component: optional(num),
  name: optional(str),
  kind: optional(str),
  abilities: optional(array(str)),
  noSources: optional(array(str)),
  gimbal: optional(num),
  mode: optional(str),
  zoomPercent: optional(num),
  hfovDeg: optional(num),
  photo: optional(str),
  photos: optional(num),
  recording: optional(bool),
  recordingS: optional(num),
  freeMiB: optional(num),
  tracking: optional(tracking),
});
export type Camera = Decoded<typeof camera>;

export const gimbalState = object({
  id: num,
  name: optional(str),
  pitchDeg: optional(num),
  yawDeg: optional(num),
  mode: optional(str),
  abilities: optional(array(str)),
  control: optional(object({ who: str, system: optional(num), component: optional(num) })),
  failures: optional(array(str)),
  target: optional(place),
});
export type GimbalState = Decoded<typeof gimbalState>;
