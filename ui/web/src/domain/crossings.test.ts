import { describe, expect, it } from 'vitest';
import { busiest, countOf, middleOf, sumOf } from './crossings';
import { crossings, type CrossingCell } from './model';

const hours = (counts: Record<number, number>): number[] => Array.from({ length: 24 }, (_, h) => counts[h] ?? 0);
const ring: CrossingCell['ring'] = [[149, -35], [149.001, -35], [149.001, -34.999], [149, -34.999], [149, -35]];
const cells: CrossingCell[] = [
  { ring, crossings: 5, nuisances: 1, byHour: hours({ 2: 4, 23: 1 }) },
  { ring, crossings: 2, nuisances: 0, byHour: hours({ 2: 1, 12: 1 }) },
];

describe('crossings by place and hour', () => {
  it('adds up all squares', () => {
    const sums = sumOf(cells);
    expect(sums).toMatchObject({ crossings: 7, nuisances: 1 });
    expect(sums.byHour).toEqual(hours({ 2: 5, 12: 1, 23: 1 }));
    expect(busiest(sums)).toBe(2);
  });

  it('says nothing of an hour where nobody crossed', () => {
    expect(sumOf([]).byHour).toHaveLength(24);
    expect(busiest(sumOf([]))).toBeUndefined();
  });

  it('counts a square over the day or in one hour', () => {
    expect(cells.map((c) => countOf(c, undefined))).toEqual([5, 2]);
    expect(cells.map((c) => countOf(c, 23))).toEqual([1, 0]);
  });

  it('finds the middle of a square', () => {
    const [lon, lat] = middleOf(ring);
    expect(lon).toBeCloseTo(149.0005, 9);
    expect(lat).toBeCloseTo(-34.9995, 9);
  });

  it('reads what the station sends, and refuses days of another length', () => {
    const sent = (byHour: number[]) => ({
      type: 'FeatureCollection',
      features: [{ type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] }, properties: { crossings: 5, nuisances: 1, byHour } }],
    });
    expect(crossings(sent(hours({ 2: 4, 23: 1 })), '')).toEqual([cells[0]]);
    expect(() => crossings(sent([1, 2]), '')).toThrow('byHour');
  });
});
