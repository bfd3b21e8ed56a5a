import { describe, expect, it } from 'vitest';
import { strip, waveform } from './waveform';

const from = Date.parse('2026-11-26T22:00:00Z');
const of = (counts: number[], tripS: number) => ({ sensor: 'g-1', rateHz: 100, from, trip: from + tripS * 1000, counts });

describe('a waveform as a strip', () => {
  it('lies around its middle, and keeps what lasts for one sample', () => {
    const counts = Array.from({ length: 1500 }, () => 14_500);
    counts[1000] = 15_500;
    counts[1001] = 14_000;
    const s = strip(of(counts, 10), 300)!;
    expect(s.columns.length).toBe(300);
    expect(s.most).toBe(1000);
    expect(s.columns[200]).toEqual([-0.5, 1]);
    expect(s.columns[199]).toEqual([0, 0]);
    expect(s.trip).toBeCloseTo(2 / 3, 9);
  });

  it('may be short, flat or empty, and the trip stays on it', () => {
    expect(strip(of([], 0), 300)).toBeUndefined();
    expect(strip({ ...of([1], 0), rateHz: 0 }, 300)).toBeUndefined();
    expect(strip(of([7, 7], 99), 300)).toEqual({ columns: [[0, 0], [0, 0]], most: 1, trip: 1 });
  });

  it('is read as the station sends it', () => {
    const sent = { sensor: 'g-1', rateHz: 100, from: '2026-11-26T22:00:00Z', trip: '2026-11-26T22:00:10Z', detail: 'WALK', counts: [1, 2] };
    expect(waveform(sent, 'w')).toEqual({ ...of([1, 2], 10), detail: 'WALK' });
    expect(() => waveform({ ...sent, counts: ['x'] }, 'w')).toThrow('counts[0]');
  });
});
