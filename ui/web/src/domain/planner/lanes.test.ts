import { describe, expect, it } from 'vitest';
import { bearingDeg, distanceM } from '../geometry';
import type { Place } from '../place';
import { nudged, shortWay } from './handles';
import { crossesItself, laneSpacingM, patrol, PatternError, survey } from './lanes';

const base: Place = { lat: -35.36, lon: 149.16 };
/** A place some metres east and north of another. */
const off = (east: number, north: number, from = base): Place => nudged(nudged(from, 0, north), 90, east);
const square = (m: number, from = base) => [from, off(m, 0, from), off(m, m, from), off(0, m, from)];
const apart = (a: Place, b: Place) => distanceM([0, a.lat], [shortWay(b.lon - a.lon), b.lat]);
const options = { spacingM: 50, turnM: 0, headingDeg: 0, entry: 0 };

describe('survey', () => {
  it('lays lanes over the whole of an area, there and back, half a lane from its edges', () => {
    const { lanes, lengthM } = survey(square(500), options);
    expect(lanes.length).toBe(10);
    lanes.forEach((lane, i) => {
      expect(apart(lane[0]!, lane[1]!)).toBeCloseTo(500, 0);
      expect(bearingDeg([lane[0]!.lon, lane[0]!.lat], [lane[1]!.lon, lane[1]!.lat]) % 360).toBeCloseTo(i % 2 === 0 ? 0 : 180, 0);
    });
    expect(apart(lanes[0]![0]!, base)).toBeCloseTo(25, 0);
    expect(lengthM).toBeCloseTo(10 * 500 + 9 * 50, -1);
  });
  it.each([
    [0, 25, 0],
    [1, 475, 0],
    [2, 25, 500],
    [3, 475, 500],
  ])('begins in corner %i', (entry, east, north) => {
    expect(apart(survey(square(500), { ...options, entry }).lanes[0]![0]!, off(east, north))).toBeLessThan(2);
  });
  it('turns outside of the area', () => {
    const [lane] = survey(square(500), { ...options, turnM: 40 }).lanes;
    expect(apart(lane![0]!, lane![1]!)).toBeCloseTo(580, 0);
  });
  it('flies along the longest side by itself, and along any heading that is asked for', () => {
    expect(survey([base, off(900, 0), off(900, 200), off(0, 200)], { ...options, headingDeg: undefined }).headingDeg).toBeCloseTo(90, 1);
    const { lanes } = survey(square(500), { ...options, headingDeg: 45 });
    expect(bearingDeg([lanes[0]![0]!.lon, lanes[0]![0]!.lat], [lanes[0]![1]!.lon, lanes[0]![1]!.lat])).toBeCloseTo(45, 0);
    expect(lanes.length).toBe(Math.ceil((500 * Math.SQRT2) / 50));
  });
  it('splits the lanes of a hollow area, and keeps to it', () => {
    // A U that opens to the north: two arms of 100 m, the base 100 m high.
    const u = [base, off(300, 0), off(300, 300), off(200, 300), off(200, 100), off(100, 100), off(100, 300), off(0, 300)];
    const across = survey(u, { ...options, headingDeg: 90 });
    const long = across.lanes.filter((l) => apart(l[0]!, l[1]!) > 250).length;
    const short = across.lanes.filter((l) => apart(l[0]!, l[1]!) < 120).length;
    expect([long, short]).toEqual([2, 8]);
  });
  it('does not mind the date line, nor which way round the corners go', () => {
    const from = { lat: 10, lon: 179.998 };
    const { lanes } = survey(square(500, from).reverse(), options);
    expect(lanes.length).toBe(10);
    expect(lanes.flat().some((p) => p.lon > 179.9) && lanes.flat().some((p) => p.lon < -179.9)).toBe(true);
    for (const [a, b] of lanes as [Place, Place][]) expect(apart(a, b)).toBeCloseTo(500, -1);
  });
  it('crosses a tiny area once, through its middle', () => {
    const { lanes } = survey(square(4), options);
    expect(lanes.length).toBe(1);
    expect(apart(lanes[0]![0]!, off(2, 0))).toBeLessThan(0.5);
  });
  it.each([
    [[base, off(10, 0)], {}, 'at least three corners'],
    [[base, base, off(10, 0), off(10, 0)], {}, 'at least three corners'],
    [[base, off(10, 0), off(20, 0)], {}, 'is empty'],
    [[base, off(100, 100), off(100, 0), off(0, 100)], {}, 'crosses itself'],
    [square(30_000), {}, 'lanes are more than 400'],
    [square(200_000), { spacingM: 5_000 }, 'more than 120 km across'],
    [square(500), { spacingM: 0 }, 'less than half a metre'],
    [square(500), { spacingM: Number.NaN }, 'less than half a metre'],
    [square(500), { turnM: -1 }, 'Turns need'],
  ])('says why it cannot be flown: %#', (area, more, words) => {
    const make = () => survey(area, { ...options, ...more });
    expect(make).toThrow(PatternError);
    expect(make).toThrow(words);
  });
  it('covers random areas, hollow ones too: its lanes times their spacing are the area', () => {
    let seed = 7;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (let n = 0; n < 40; n += 1) {
      // Around a middle, so that it never crosses itself.
      const corners = Array.from({ length: 9 }, (_, i) => nudged(base, i * 40, 100 + random() * 400));
      const { lanes } = survey(corners, { ...options, spacingM: 5, headingDeg: random() * 180 });
      const seen = lanes.reduce((sum, [a, b]) => sum + apart(a!, b!) * 5, 0);
      expect(seen / areaOf(corners)).toBeGreaterThan(0.97);
      expect(seen / areaOf(corners)).toBeLessThan(1.03);
    }
  });
});

function areaOf(corners: Place[]): number {
  const flat = corners.map((q) => [(q.lon - base.lon) * 111_320 * Math.cos((base.lat * Math.PI) / 180), (q.lat - base.lat) * 111_320] as const);
  return Math.abs(flat.reduce((sum, [x, y], i) => sum + (x * flat[(i + 1) % flat.length]![1] - flat[(i + 1) % flat.length]![0] * y) / 2, 0));
}

describe('patrol', () => {
  const line = [base, off(1000, 0), off(1000, 800)];
  const wide = { spacingM: 50, turnM: 0, widthM: 0, reversed: false };
  it('flies along the line itself where one lane sees the strip', () => {
    const { lanes, lengthM } = patrol(line, wide);
    expect(lanes.length).toBe(1);
    lanes[0]!.forEach((p, i) => expect(apart(p, line[i]!)).toBeLessThan(0.5));
    expect(lengthM).toBeCloseTo(1800, -1);
    expect(apart(patrol(line, { ...wide, reversed: true }).lanes[0]![0]!, line[2]!)).toBeLessThan(0.5);
  });
  it('lays lanes beside it, there and back, as far from it everywhere', () => {
    const { lanes } = patrol(line, { ...wide, widthM: 150 });
    expect(lanes.length).toBe(3);
    expect([apart(lanes[0]![0]!, off(0, 50)), apart(lanes[2]![0]!, off(0, -50)), apart(lanes[0]![1]!, off(950, 50))].every((d) => d < 1)).toBe(true);
    expect(apart(lanes[1]![0]!, line[2]!)).toBeLessThan(1);
  });
  it('cuts the corner of a hairpin instead of reaching far out', () => {
    const hairpin = [base, off(1000, 0), off(0, 1)];
    for (const lane of patrol(hairpin, { ...wide, widthM: 100 }).lanes) for (const p of lane) expect(apart(p, base)).toBeLessThan(1_150);
  });
  it.each([
    [[base], {}, 'at least two points'],
    [[base, base], {}, 'at least two points'],
    [line, { widthM: 90_000 }, 'too many'],
    [[base, off(200_000, 0)], {}, 'more than 120 km'],
  ])('says why it cannot be flown: %#', (points, more, words) => {
    expect(() => patrol(points, { ...wide, ...more })).toThrow(words);
  });
});

describe('lane spacing', () => {
  it('is what the camera sees less the overlap', () => {
    expect(laneSpacingM(100, 90, 0)).toBeCloseTo(200);
    expect(laneSpacingM(100, 90, 0.25)).toBeCloseTo(150);
  });
});

describe('crossesItself', () => {
  it('tells a bow tie from a square, also at the date line', () => {
    expect(crossesItself(square(100))).toBe(false);
    expect(crossesItself([base, off(100, 100), off(100, 0), off(0, 100)])).toBe(true);
    const edge = { lat: 0, lon: 179.9995 };
    expect(crossesItself(square(100, edge))).toBe(false);
  });
});
