import { describe, expect, it } from 'vitest';
import { heightRange, terrariumM, tileAt } from './mercator';

describe('tiles', () => {
  it('finds the tile of a place', () => {
    expect(tileAt({ lat: 0, lon: 0 }, 1)).toEqual({ z: 1, x: 1, y: 1 });
    expect(tileAt({ lat: -35.363, lon: 149.165 }, 12)).toEqual({ z: 12, x: 3745, y: 2478 });
  });
  it('reads Terrarium heights', () => {
    expect(terrariumM(128, 0, 0)).toBe(0);
    expect(terrariumM(130, 72, 128)).toBe(584.5);
  });
  it('takes the range of a tile without its outliers', () => {
    const pixels = Array.from({ length: 13 * 200 }, (_, i) => [130, i < 2600 ? Math.floor(i / 26) : 0, 0, 255]).flat();
    const range = heightRange(pixels)!;
    expect(range.low).toBeGreaterThanOrEqual(512);
    expect(range.high).toBeLessThanOrEqual(612);
    expect(range.high - range.low).toBeGreaterThan(80);
    expect(heightRange([])).toBeUndefined();
    expect(heightRange([128, 0, 0, 0])).toBeUndefined();
  });
});
