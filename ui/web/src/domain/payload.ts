/** What can be asked of cameras and gimbals, as the API takes it, and how they are in words. */
import type { Camera, GimbalState, Tracking } from './camera';
import { countdown } from './format';
import { texts } from '../texts';

const words = texts.payload;

export type CameraCommand =
  | { command: 'zoom'; rate: number }
  | { command: 'zoom'; step: 1 | -1 }
  | { command: 'photo' | 'record' | 'stopRecord' }
  | { command: 'source'; source: 'eo' | 'ir' };

export function cameraCommandWords(c: CameraCommand): string {
  switch (c.command) {
    case 'source':
      return words.asked[c.source];
    default:
      return words.asked[c.command];
  }
}

export const gimbalModes = ['lock', 'follow', 'neutral'] as const;
export type GimbalMode = (typeof gimbalModes)[number];

/** Whether a camera or gimbal can do something: what it has not told of is worth a try, the station says what it cannot. */
export function can(thing: { abilities?: string[] | undefined }, ability: string): boolean {
  return thing.abilities === undefined || thing.abilities.includes(ability);
}

/** The camera that a feed shows; a feed that names none shows the only one. */
export function cameraOf(cameras: readonly Camera[] | undefined, feedCamera: number | undefined): Camera | undefined {
  if (feedCamera !== undefined) return cameras?.find((c) => c.id === feedCamera);
  return cameras?.length === 1 ? cameras[0] : undefined;
}

/** '● recording 0:12', or what it does with photos. */
export function cameraWords(c: Camera): string {
  const parts: string[] = [];
  if (c.recording) parts.push(`● ${words.recording}${c.recordingS === undefined ? '' : ` ${countdown(c.recordingS * 1000)}`}`);
  if (c.photo === 'busy' || c.photo === 'intervalBusy') parts.push(words.takesPhoto);
  else if (c.photo === 'interval') parts.push(words.intervals);
  if (c.photos !== undefined) parts.push(words.photos(c.photos));
  if (c.freeMiB !== undefined) parts.push(words.free(storage(c.freeMiB)));
  return parts.join(' · ') || words.idle;
}

/** Below so much free storage the operator is warned. */
const storageLowMiB = 500;

export function storageLow(c: Camera): boolean {
  return c.freeMiB !== undefined && c.freeMiB < storageLowMiB;
}

function storage(mib: number): string {
  return mib < 1024 ? `${Math.round(mib)} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
}

/** Who moves a gimbal. */
export function controlWords(g: GimbalState): string {
  const c = g.control;
  switch (c?.who) {
    case undefined:
      return words.controlUntold;
    case 'us':
      return words.controls.us;
    case 'vehicle':
      return words.controls.vehicle;
    case 'nobody':
      return words.controls.nobody;
    default:
      return words.controlledBy(holder(g));
  }
}

/** The station that moves a gimbal, as MAVLink numbers them: '254/190'. */
export function holder(g: GimbalState): string {
  return `${g.control?.system ?? '–'}/${g.control?.component ?? '–'}`;
}

/** What a camera's tracker does; undefined while it is idle. */
export function trackingWords(t: Tracking | undefined): string | undefined {
  switch (t?.state) {
    case 'active':
      return words.tracks;
    case 'coasting':
      return words.outOfSight;
    case 'error':
      return words.trackingFailed;
    default:
      return undefined;
  }
}

/** What of the tracker is drawn on the picture, as a box in shares of it; a point gets a box of its radius. */
export function trackingBox(t: Tracking | undefined): { x: number; y: number; w: number; h: number } | undefined {
  if (!t || (t.state !== 'active' && t.state !== 'coasting')) return undefined;
  if (t.box) return t.box;
  if (!t.point) return undefined;
  const r = t.point.radius ?? 0.03;
  return { x: t.point.x - r, y: t.point.y - r, w: 2 * r, h: 2 * r };
}
