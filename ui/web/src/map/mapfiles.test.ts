import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import { describe, expect, it } from 'vitest';
import { readLayout } from '../domain/layout';
import type { MapFile } from '../domain/model';
import { isDark, mapFileStyle } from './mapfiles';
import type { Palette } from './palette';

const palette = (over: Partial<Palette> = {}): Palette =>
  new Proxy({ mono: 'none', land: '#101820', ...over } as Palette, { get: (t, k) => Reflect.get(t, k) ?? '#808080' });
const photo: MapFile = { id: 'a photo.mbtiles', name: 'Photo', format: 'jpg', minZoom: 8, maxZoom: 16, bounds: [149, -36, 150, -35] };
const land: MapFile = { id: 'land.pmtiles', name: 'Land', format: 'vector', minZoom: 0, maxZoom: 14, layers: ['water', 'roads', 'places', 'odd'] };

describe('maps of the folder', () => {
  it('make a style that MapLibre takes, with pictures below and names on top', () => {
    const { sources, layers } = mapFileStyle([land, photo], palette(), 'https://post.example');
    expect(sources['file:a photo.mbtiles']).toMatchObject({ type: 'raster', tiles: ['https://post.example/api/v1/maps/a%20photo.mbtiles/{z}/{x}/{y}'], bounds: [149, -36, 150, -35] });
    expect(layers.map((l) => l.id.replace(/^file:/, ''))).toEqual([
      'a photo.mbtiles',
      'land.pmtiles:water:area',
      'land.pmtiles:water:line',
      'land.pmtiles:roads:line',
      'land.pmtiles:places:line',
      'land.pmtiles:odd:line',
      'land.pmtiles:places:name',
    ]);
    expect(validateStyleMin({ version: 8, glyphs: 'https://post.example/{fontstack}/{range}', sources, layers })).toEqual([]);
  });

  it('leave out what cannot be shown', () => {
    expect(mapFileStyle([{ ...photo, problem: 'it is cut short' }], palette(), '')).toEqual({ sources: {}, layers: [] });
  });

  it('do not blind by night', () => {
    const paint = (p: Palette) => mapFileStyle([photo], p, '').layers.map((l) => l.paint);
    expect(paint(palette({ land: '#f0f0e8' }))).toEqual([{}]);
    expect(paint(palette())[0]).toMatchObject({ 'raster-brightness-max': 0.6 });
    expect(paint(palette({ mono: '#ff2000' }))).toHaveLength(2);
    expect([isDark('#000000'), isDark('#ffffff'), isDark('no colour')]).toEqual([true, false, false]);
  });

  it('are remembered as hidden by name', () => {
    expect(readLayout({ hiddenMaps: ['a', 7, 'b'] }).hiddenMaps).toEqual(['a', 'b']);
    expect(readLayout({ hiddenMaps: 'a' }).hiddenMaps).toEqual([]);
  });
});
