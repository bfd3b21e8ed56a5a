/** The stills of an alert: which is shown first, and where in it its target is. */
import type { AlertPicture } from './model';

/** Parts of the picture, 0 to 1. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The best view there is: the best since the first sight, else the first sight. */
export function bestPicture(all: readonly AlertPicture[] | undefined): AlertPicture | undefined {
  return all?.findLast((p) => p.kind === 'best') ?? all?.at(-1);
}

const clamp = (v: number, least: number, most: number): number => Math.min(Math.max(v, least), most);

/** Where the box is; what sticks out of the picture is cut off. */
export function boxFrame(p: AlertPicture): Frame {
  const left = clamp(p.box.x / p.width, 0, 1);
  const top = clamp(p.box.y / p.height, 0, 1);
  return { left, top, width: clamp((p.box.x + p.box.w) / p.width, left, 1) - left, height: clamp((p.box.y + p.box.h) / p.height, top, 1) - top };
}

/** A person far away is a dozen pixels: their surroundings, so many times as large as the box, are shown enlarged. */
const around = 6;
const leastPx = 64;

/** The square around the box that is shown enlarged, inside the picture; undefined where the box is large enough as it is. */
export function detailFrame(p: AlertPicture): Frame | undefined {
  const shorter = Math.min(p.width, p.height);
  const side = Math.max(leastPx, around * Math.max(p.box.w, p.box.h));
  if (!(side < 0.6 * shorter)) return undefined;
  const left = clamp(p.box.x + p.box.w / 2 - side / 2, 0, p.width - side);
  const top = clamp(p.box.y + p.box.h / 2 - side / 2, 0, p.height - side);
  return { left: left / p.width, top: top / p.height, width: side / p.width, height: side / p.height };
}

/** The corner that the enlarged part stands in: the one farthest from the target. */
export function detailCorner(p: AlertPicture): 'left' | 'right' {
  return p.box.x + p.box.w / 2 > p.width / 2 ? 'left' : 'right';
}
