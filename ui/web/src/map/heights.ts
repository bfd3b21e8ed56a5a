/** The range of heights around the station, read from one of its terrain tiles, to spread the relief's colours over. */
import { heightRange, tileAt } from '../domain/mercator';
import type { Place, Terrain } from '../domain/model';
import type { HeightRange } from './style';

export const anyHeights: HeightRange = { low: 0, high: 2_000 };

export async function heightsAround(at: Place, terrain: Terrain): Promise<HeightRange> {
  const { z, x, y } = tileAt(at, Math.min(terrain.maxZoom, Math.max(terrain.minZoom, 13)));
  const pixels = await tilePixels(z, x, y);
  return (pixels && heightRange(pixels.data)) ?? anyHeights;
}

/** The pixels of a tile of the station's terrain; undefined where it has none. */
export async function tilePixels(z: number, x: number, y: number): Promise<ImageData | undefined> {
  const response = await fetch(`/api/v1/terrain/${z}/${x}/${y}.png`, { credentials: 'same-origin' });
  if (!response.ok) return undefined;
  // Colour correction would change heights.
  const image = await createImageBitmap(await response.blob(), { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  const c = canvas.getContext('2d', { willReadFrequently: true });
  if (!c) return undefined;
  c.drawImage(image, 0, 0);
  return c.getImageData(0, 0, image.width, image.height);
}
