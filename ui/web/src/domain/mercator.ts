/** Web mercator tile arithmetic and the Terrarium encoding of heights. */
import type { Place } from './model';

export interface TileId {
  z: number;
  x: number;
  y: number;
}

/** The tile of a zoom level that holds a place. */
export function tileAt(at: Place, z: number): TileId {
  const n = 2 ** z;
  const lat = (at.lat * Math.PI) / 180;
  const x = Math.floor(((at.lon + 180) / 360) * n);
  const y = Math.floor(((1 - Math.asinh(Math.tan(lat)) / Math.PI) / 2) * n);
  return { z, x, y };
}

/** Metres from a Terrarium pixel. */
export function terrariumM(r: number, g: number, b: number): number {
  return r * 256 + g + b / 256 - 32768;
}

/** The heights between which nearly all of a tile's pixels (RGBA, Terrarium) lie; undefined for an empty or flat-unknown tile. */
export function heightRange(rgba: ArrayLike<number>): { low: number; high: number } | undefined {
  const heights: number[] = [];
  for (let i = 0; i + 3 < rgba.length; i += 4 * 13) {
    const h = terrariumM(rgba[i]!, rgba[i + 1]!, rgba[i + 2]!);
    if (rgba[i + 3] === 255 && h > -500 && h < 9_000) heights.push(h);
  }
  if (heights.length === 0) return undefined;
  heights.sort((a, b) => a - b);
  const low = heights[Math.floor(heights.length * 0.02)]!;
  const high = heights[Math.floor(heights.length * 0.98)]!;
  // A colour ramp needs a rise, also over flat land.
  return high - low < 20 ? { low: low - 10, high: low + 40 } : { low, high };
}
