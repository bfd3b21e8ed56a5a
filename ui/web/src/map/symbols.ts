/** MIL-STD-2525 point symbols. milsymbol is the largest library after the map, so it is loaded when first needed. */
import { sidcForClass } from '../domain/sidc';
import type { Palette } from './palette';

const symbolSize = 20;

/** Draws the symbol of a code as an image for the map, with so many canvas pixels per map pixel; a code that cannot be drawn gives the 'unknown' symbol. */
export async function drawSymbol(sidc: string, palette: Palette, ratio: number): Promise<ImageData | undefined> {
  const { SymbolOf } = await import('./milsymbol');
  const mono = palette.mono === 'none' ? {} : { monoColor: palette.mono, fill: false };
  const options = { size: symbolSize, colorMode: 'Light', outlineColor: palette.halo, outlineWidth: 3, ...mono };
  let symbol = new SymbolOf(sidc, options);
  if (!symbol.isValid()) symbol = new SymbolOf(sidcForClass('unknown'), options);
  const canvas = symbol.asCanvas(ratio);
  return canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height);
}
