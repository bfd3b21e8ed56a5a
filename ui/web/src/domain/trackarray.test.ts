import { describe, expect, it } from 'vitest';
import { fill, floatsPerTrack, mercatorOf, nearest, noCourse, symbolScale } from './trackarray';
import type { Track } from './model';
import { TrackTable } from './tracktable';

const track = (id: string, lat: number, lon: number, more: Partial<Track> = {}): Track => ({ id, position: { lat, lon }, status: 'confirmed', class: 'person', lastSeen: 0, ...more });

function tableOf(tracks: Track[]): TrackTable {
  const table = new TrackTable();
  for (const t of tracks) table.put(t);
  return table;
}

describe('tracks as numbers', () => {
  it('count from an origin finely enough for a tenth of a metre', () => {
    const here = { lat: -35.36, lon: 149.16 };
    const out = new Float32Array(2 * floatsPerTrack);
    const tracks = [track('a', here.lat, here.lon), track('b', here.lat, here.lon + 1e-6)];
    expect(fill(out, tableOf(tracks), mercatorOf(here), 0, () => 3)).toBe(2);
    expect(Math.abs(out[0]!)).toBeLessThan(1e-12);
    expect(out[floatsPerTrack]! * 360).toBeCloseTo(1e-6, 9);
    expect(out[2]).toBe(3);
  });

  it('fade with doubt and age, and have no course while they stand', () => {
    const out = new Float32Array(4 * floatsPerTrack);
    const tracks = [track('a', 0, 0, { speed: 2, courseDeg: 90 }), track('b', 0, 0, { speed: 0.1, courseDeg: 90 }), track('c', 0, 0, { status: 'coasting' }), track('d', 0, 0)];
    fill(out, tableOf(tracks.slice(0, 3)), [0.5, 0.5], 0, () => 0);
    fill(out.subarray(3 * floatsPerTrack), tableOf(tracks.slice(3)), [0.5, 0.5], 60_000, () => 0);
    const at = (n: number, i: number): number => out[n * floatsPerTrack + i]!;
    expect([at(0, 4), at(1, 4)]).toEqual([Math.fround(Math.PI / 2), noCourse]);
    expect([at(0, 3), at(2, 3), at(3, 3)].map((v) => v.toFixed(1))).toEqual(['1.0', '0.5', '0.6']);
  });

  it('are drawn smaller where they would cover one another, counting those that are shown', () => {
    const here = { west: 149, south: -36, east: 150, north: -35 };
    const many = Array.from({ length: 400 }, (_, i) => track(`in-${i}`, -35.5, 149 + i / 500));
    const away = Array.from({ length: 4_000 }, (_, i) => track(`out-${i}`, -34, 149 + i / 5_000));
    expect(symbolScale(tableOf([]), here, 640 * 400)).toBe(1);
    expect(symbolScale(tableOf(away), here, 640 * 400)).toBe(1);
    expect(symbolScale(tableOf([...many, ...away]), here, 640 * 400)).toBeCloseTo(Math.sqrt(640) / 32, 9);
    expect(symbolScale(tableOf([...many, ...away]), { ...here, north: -33 }, 640 * 400)).toBe(0.4);
  });

  it('are found by a click, the nearest within reach', () => {
    const tracks = [track('far', -35, 149.001), track('near', -35, 149.0002)];
    expect(nearest(tracks, { lat: -35, lon: 149 }, 30)?.id).toBe('near');
    expect(nearest(tracks, { lat: -35, lon: 149 }, 10)).toBeUndefined();
  });
});
