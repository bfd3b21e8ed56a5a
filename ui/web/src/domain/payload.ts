/** What can be asked of cameras and gimbals, as the API takes it, and how they are in words. */
import type { Camera, GimbalState, Tracking } from './camera';
import { countdown } from './format';

export type CameraCommand =
  | { command: 'zoom'; rate: number }
  | { command: 'zoom'; step: 1 | -1 }
  | { command: 'photo' | 'record' | 'stopRecord' }
  | { command: 'source'; source: 'eo' | 'ir' };

export function cameraCommandWords(c: CameraCommand): string {
  switch (c.command) {
    case 'zoom':
      return 'zoom';
    case 'photo':
      return 'photo';
    case 'record':
      return 'record';
    case 'stopRecord':
      return 'stop recording';
    case 'source':
      return c.source === 'ir' ? 'infrared picture' : 'daylight picture';
  }
}

export const gimbalModes = ['lock', 'follow', 'neutral'] as const;
export type GimbalMode = (typeof gimbalModes)[number];

export const gimbalModeWords: Record<GimbalMode, string> = { lock: 'Lock', follow: 'Follow', neutral: 'Neutral' };

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
  if (c.recording) parts.push(`● recording${c.recordingS === undefined ? '' : ` ${countdown(c.recordingS * 1000)}`}`);
  if (c.photo === 'busy' || c.photo === 'intervalBusy') parts.push('takes a photo');
  else if (c.photo === 'interval') parts.push('photos at intervals');
  if (c.photos !== undefined) parts.push(`${c.photos} photo${c.photos === 1 ? '' : 's'}`);
  if (c.freeMiB !== undefined) parts.push(`${storage(c.freeMiB)} free`);
  return parts.join(' · ') || 'idle';
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
      return 'who controls it is not told';
    case 'us':
      return 'this station controls it';
    case 'vehicle':
      return 'the vehicle controls it';
    case 'nobody':
      return 'nobody controls it';
    default:
      return `station ${c?.system ?? '–'}/${c?.component ?? '–'} controls it`;
  }
}

/** What a camera's tracker does; undefined while it is idle. */
export function trackingWords(t: Tracking | undefined): string | undefined {
  switch (t?.state) {
    case 'active':
      return 'tracks';
    case 'coasting':
      return 'tracks, target out of sight';
    case 'error':
      return 'tracking failed';
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
