import { describe, expect, it } from 'vitest';
import { Trail } from './trail';

/** A walker along a meridian, 11 m a step, a step each second. */
const step = 1e-4;

function walk(trail: Trail, from: number, to: number, most: number, forMs = 600_000): void {
  for (let i = from; i < to; i += 1) trail.extend(i * 1000, 149, i * step, most, forMs);
}

const steps = (trail: Trail, since = 0): number[] => trail.since(since).map(([, lat]) => Math.round(lat / step));

describe('a trail', () => {
  it('keeps places in their order while it grows, and only so many', () => {
    const trail = new Trail();
    walk(trail, 0, 100, 320);
    expect(steps(trail)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    walk(trail, 100, 400, 320);
    expect(steps(trail)).toEqual(Array.from({ length: 320 }, (_, i) => 80 + i));
  });

  it('grows in order after its oldest places were let go', () => {
    const trail = new Trail();
    walk(trail, 0, 6, 3);
    walk(trail, 6, 20, 320);
    expect(steps(trail)).toEqual(Array.from({ length: 17 }, (_, i) => 3 + i));
  });

  it('is cut short where fewer points are wanted', () => {
    const trail = new Trail();
    walk(trail, 0, 100, 320);
    walk(trail, 100, 101, 12);
    expect(steps(trail)).toEqual([89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
  });

  it('leaves out what is too near or too old, and gives what is young enough', () => {
    const trail = new Trail();
    walk(trail, 0, 10, 320);
    trail.extend(11_000, 149, 9 * step + 1e-5, 320, 600_000);
    expect(trail.length).toBe(10);
    expect(steps(trail, 7_000)).toEqual([7, 8, 9]);
    trail.extend(15_000, 149, 20 * step, 320, 10_000);
    expect(steps(trail)).toEqual([5, 6, 7, 8, 9, 20]);
  });
});
