import { describe, expect, it } from 'vitest';
import { nearestFirst, Picker, type Found, type Hit } from './hits';

const track: Hit = { kind: 'track', id: 't-1' };
const vehicle: Hit = { kind: 'vehicle', id: 1 };

describe('what lies under a click', () => {
  it('is the nearest first, each once, and what lies on top of those about as near', () => {
    const found: Found[] = [
      { kind: 'alert', id: 'a-1', awayPx: 3 },
      { kind: 'track', id: 't-1', awayPx: 1 },
      { kind: 'sensor', id: 's-1', awayPx: 13 },
      { kind: 'track', id: 't-1', awayPx: 1 },
      { kind: 'vehicle', id: 2, awayPx: 0 },
    ];
    expect(nearestFirst(found).map((h) => h.id)).toEqual(['a-1', 't-1', 2, 's-1']);
    const apart: Found[] = [{ kind: 'sensor', id: 's-2', awayPx: 20 }, { kind: 'alert', id: 'a-1', awayPx: 12 }, { kind: 'track', id: 't-2', awayPx: 0 }];
    expect(nearestFirst(apart).map((h) => h.id)).toEqual(['t-2', 'a-1', 's-2']);
  });

  it('is nothing where a feature has no name that fits its kind', () => {
    expect(nearestFirst([{ kind: 'vehicle', id: '2', awayPx: 0 }, { kind: 'track', id: undefined, awayPx: 0 }])).toEqual([]);
  });
});

describe('one of several at one place', () => {
  it('is the first, then the next with each click there, and the first again', () => {
    const picker = new Picker();
    const at = { x: 100, y: 100 };
    expect([0, 600, 1_200].map((ms) => picker.pick([track, vehicle], at, ms))).toEqual([track, vehicle, track]);
  });

  it('is the first again elsewhere, and after the last one has gone', () => {
    const picker = new Picker();
    picker.pick([track, vehicle], { x: 100, y: 100 }, 0);
    expect(picker.pick([track, vehicle], { x: 120, y: 100 }, 600)).toEqual(track);
    expect(picker.pick([vehicle], { x: 120, y: 100 }, 1_200)).toEqual(vehicle);
    expect(picker.pick([], { x: 120, y: 100 }, 1_800)).toBeUndefined();
  });

  it('stays the same through a double click', () => {
    const picker = new Picker();
    expect([0, 200].map((ms) => picker.pick([track, vehicle], { x: 100, y: 100 }, ms))).toEqual([track, track]);
  });
});
