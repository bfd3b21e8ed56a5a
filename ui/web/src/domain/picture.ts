/** Places in a camera's picture: from pixels of a tile, in which the picture stands whole with its shape kept, to shares. */
import type { PictureBox, PicturePoint } from './camera';

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** Where the picture lies in its tile, as 'object-fit: contain' lays it. */
export function pictureIn(tile: Size, picture: Size): Point & Size {
  const scale = Math.min(tile.width / picture.width, tile.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { x: (tile.width - width) / 2, y: (tile.height - height) / 2, width, height };
}

/** A pixel of the tile as shares of the picture; what lies beside it counts as its edge. */
export function shareOf(at: Point, tile: Size, picture: Size): Point {
  const p = pictureIn(tile, picture);
  const clamp = (v: number): number => Math.min(1, Math.max(0, v));
  return { x: clamp((at.x - p.x) / p.width), y: clamp((at.y - p.y) / p.height) };
}

/** A drag shorter than this, in pixels, is a click: a gloved finger never stands still. */
export const clickPx = 12;

/** What a person asks to track: a point where they clicked, a box where they dragged one. */
export type TrackingTarget = { point: PicturePoint } | { box: PictureBox };

/** The target that a pointer marked between two pixels of the tile; undefined where it lies beside the picture. */
export function targetOf(from: Point, to: Point, tile: Size, picture: Size): TrackingTarget | undefined {
  if (!(picture.width > 0 && picture.height > 0 && tile.width > 0 && tile.height > 0)) return undefined;
  const a = shareOf(from, tile, picture);
  if (Math.hypot(to.x - from.x, to.y - from.y) < clickPx) {
    const p = pictureIn(tile, picture);
    const inside = from.x >= p.x && from.x <= p.x + p.width && from.y >= p.y && from.y <= p.y + p.height;
    return inside ? { point: a } : undefined;
  }
  const b = shareOf(to, tile, picture);
  const box = { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), w: Math.abs(a.x - b.x), h: Math.abs(a.y - b.y) };
  return box.w > 0 && box.h > 0 ? { box } : undefined;
}
