/** Patterns to fly: lanes over an area, and along a line. Geometry on a plane around the place, good to 0.1 % over its limit of size. */
import type { Place } from '../place';
import { normal, shortWay } from './handles';
import { texts } from '../../texts';

const words = texts.pattern;

export interface LaneOptions {
  /** Between lanes, in metres. */
  spacingM: number;
  /** How much farther than the edge a lane goes, so that turns are flown outside. */
  turnM: number;
}

export interface SurveyOptions extends LaneOptions {
  /** Of the lanes, from north; undefined: along the longest side, for the fewest turns. */
  headingDeg?: number | undefined;
  /** Which of the four corners it begins in: 0 to 3, as seen along the heading: near left, near right, far left, far right. */
  entry: number;
}

export interface PatrolOptions extends LaneOptions {
  /** How wide a strip is seen, in metres; not wider than the spacing: one lane. */
  widthM: number;
  /** Begins at the other end. */
  reversed: boolean;
}

export interface Pattern {
  /** Each lane from its beginning to its end, in the order of flight. */
  lanes: Place[][];
  lengthM: number;
  headingDeg?: number;
}

/** What a camera sees across the way, less what lanes shall overlap. */
export function laneSpacingM(heightM: number, hfovDeg: number, overlap: number): number {
  return 2 * heightM * Math.tan((hfovDeg * Math.PI) / 360) * (1 - overlap);
}

const metresPerDegree = 111_320;
const rad = Math.PI / 180;
const mostLanes = 400;
const mostPlaces = 2_000;
const widestM = 60_000;

/** Why a pattern cannot be made, in words. */
export class PatternError extends Error {}

interface XY {
  x: number;
  y: number;
}

/** A plane around the middle of some places, turned so that y runs along a heading. */
class Plane {
  private readonly lat0: number;
  private readonly lon0: number;
  private readonly eastM: number;
  private sin = 0;
  private cos = 1;

  constructor(places: readonly Place[]) {
    const first = places[0] ?? { lat: 0, lon: 0 };
    this.lat0 = mean(places.map((p) => p.lat));
    this.lon0 = first.lon + mean(places.map((p) => shortWay(p.lon - first.lon)));
    this.eastM = metresPerDegree * Math.cos(this.lat0 * rad);
  }

  turn(headingDeg: number): void {
    this.sin = Math.sin(headingDeg * rad);
    this.cos = Math.cos(headingDeg * rad);
  }

  to(p: Place): XY {
    const east = shortWay(p.lon - this.lon0) * this.eastM;
    const north = (p.lat - this.lat0) * metresPerDegree;
    return { x: east * this.cos - north * this.sin, y: east * this.sin + north * this.cos };
  }

  from({ x, y }: XY): Place {
    const east = x * this.cos + y * this.sin;
    const north = y * this.cos - x * this.sin;
    return normal({ lat: this.lat0 + north / metresPerDegree, lon: this.lon0 + east / this.eastM });
  }
}

/** Lanes over an area, there and back. Where an area is hollow a lane has several parts; what lies between them is flown over. */
export function survey(area: readonly Place[], options: SurveyOptions): Pattern {
  const corners = area.filter((p, i) => i === 0 || p.lat !== area[i - 1]!.lat || p.lon !== area[i - 1]!.lon);
  if (corners.length < 3) throw new PatternError(words.threeCorners);
  checkOptions(options);
  const plane = new Plane(corners);
  const flat = corners.map((p) => plane.to(p));
  checkSize(flat);
  if (selfCrossing(flat)) throw new PatternError(words.crosses);
  if (Math.abs(areaM2(flat)) < 1) throw new PatternError(words.empty);
  const headingDeg = options.headingDeg ?? longestSide(flat);
  plane.turn(headingDeg);
  const ring = corners.map((p) => plane.to(p));
  const west = Math.min(...ring.map((p) => p.x));
  const width = Math.max(...ring.map((p) => p.x)) - west;
  const count = lanesOver(width, options.spacingM);
  if (count > mostLanes) throw new PatternError(words.tooManyLanes(count, mostLanes));
  const first = west + (width - (count - 1) * options.spacingM) / 2;
  const order = Array.from({ length: count }, (_, i) => (options.entry % 2 === 0 ? i : count - 1 - i));
  let up = options.entry < 2;
  const lanes: Place[][] = [];
  for (const i of order) {
    const x = first + i * options.spacingM;
    const spans = crossings(ring, x);
    if (spans.length === 0) continue;
    const from = spans[0]! - options.turnM;
    const to = spans.at(-1)! + options.turnM;
    const ys = [from, ...spans.slice(1, -1), to];
    if (!up) ys.reverse();
    for (let k = 0; k + 1 < ys.length; k += 2) lanes.push([plane.from({ x, y: ys[k]! }), plane.from({ x, y: ys[k + 1]! })]);
    up = !up;
  }
  return { ...finished(lanes), headingDeg };
}

/** Lanes beside one another along a line, there and back. */
export function patrol(line: readonly Place[], options: PatrolOptions): Pattern {
  const points = line.filter((p, i) => i === 0 || p.lat !== line[i - 1]!.lat || p.lon !== line[i - 1]!.lon);
  if (points.length < 2) throw new PatternError(words.twoPoints);
  checkOptions(options);
  if (!(options.widthM >= 0)) throw new PatternError(words.noWidth);
  const plane = new Plane(points);
  const flat = points.map((p) => plane.to(p));
  checkSize(flat);
  const count = lanesOver(options.widthM, options.spacingM);
  if (count * points.length > mostPlaces) throw new PatternError(words.tooManyPoints(count, points.length));
  const lanes: Place[][] = [];
  let back = options.reversed;
  for (let i = 0; i < count; i += 1) {
    const lane = lengthened(beside(flat, (i - (count - 1) / 2) * options.spacingM), options.turnM);
    if (back) lane.reverse();
    back = !back;
    lanes.push(lane.map((p) => plane.from(p)));
  }
  return finished(lanes);
}

/** How many lanes cover a width; a hundredth of a lane is not worth another. */
function lanesOver(widthM: number, spacingM: number): number {
  return Math.max(1, Math.ceil(widthM / spacingM - 0.01));
}

function checkOptions(o: LaneOptions): void {
  if (!(o.spacingM >= 0.5)) throw new PatternError(words.tooClose);
  if (!(o.turnM >= 0 && o.turnM <= 5_000)) throw new PatternError(words.turnLimits);
}

function checkSize(flat: readonly XY[]): void {
  if (flat.some((p) => !(Math.hypot(p.x, p.y) <= widestM))) throw new PatternError(words.tooWide);
}

function finished(lanes: Place[][]): Pattern {
  const way = lanes.flat();
  if (way.length === 0) throw new PatternError(words.noLane);
  if (way.length > mostPlaces) throw new PatternError(words.tooManyWaypoints(way.length, mostPlaces));
  const plane = new Plane(way);
  const flat = way.map((p) => plane.to(p));
  let lengthM = 0;
  for (let i = 1; i < flat.length; i += 1) lengthM += Math.hypot(flat[i]!.x - flat[i - 1]!.x, flat[i]!.y - flat[i - 1]!.y);
  return { lanes, lengthM };
}

/** Where a line at x meets a ring, from below to above. A corner belongs to the side that begins there, so that it counts once. */
function crossings(ring: readonly XY[], x: number): number[] {
  const ys: number[] = [];
  ring.forEach((a, i) => {
    const b = ring[(i + 1) % ring.length]!;
    if (a.x <= x !== b.x <= x) ys.push(a.y + ((x - a.x) / (b.x - a.x)) * (b.y - a.y));
  });
  return ys.sort((a, b) => a - b);
}

function longestSide(ring: readonly XY[]): number {
  let best = { length: -1, heading: 0 };
  ring.forEach((a, i) => {
    const b = ring[(i + 1) % ring.length]!;
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    if (length > best.length) best = { length, heading: Math.atan2(b.x - a.x, b.y - a.y) / rad };
  });
  return ((best.heading % 180) + 180) % 180;
}

function areaM2(ring: readonly XY[]): number {
  return ring.reduce((sum, a, i) => {
    const b = ring[(i + 1) % ring.length]!;
    return sum + (a.x * b.y - b.x * a.y) / 2;
  }, 0);
}

/** Tells whether two sides that are no neighbours meet. */
export function crossesItself(places: readonly Place[]): boolean {
  const plane = new Plane(places);
  return selfCrossing(places.map((p) => plane.to(p)));
}

function selfCrossing(ring: readonly XY[]): boolean {
  const n = ring.length;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 2; j < n; j += 1) {
      if (i === 0 && j === n - 1) continue;
      if (meet(ring[i]!, ring[i + 1]!, ring[j]!, ring[(j + 1) % n]!)) return true;
    }
  }
  return false;
}

function meet(a: XY, b: XY, c: XY, d: XY): boolean {
  const side = (p: XY, q: XY, r: XY): number => Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return side(a, b, c) * side(a, b, d) <= 0 && side(c, d, a) * side(c, d, b) <= 0 && !(side(a, b, c) === 0 && side(a, b, d) === 0 && apart(a, b, c, d));
}

/** Two segments on one line that do not overlap. */
function apart(a: XY, b: XY, c: XY, d: XY): boolean {
  return (
    Math.max(a.x, b.x) < Math.min(c.x, d.x) ||
    Math.max(c.x, d.x) < Math.min(a.x, b.x) ||
    Math.max(a.y, b.y) < Math.min(c.y, d.y) ||
    Math.max(c.y, d.y) < Math.min(a.y, b.y)
  );
}

/** The line at a distance to the right of another. Sharp corners are cut at twice the distance, or they would reach far out. */
function beside(line: readonly XY[], distance: number): XY[] {
  const normals = line.slice(1).map((b, i) => {
    const a = line[i]!;
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    return { x: (b.y - a.y) / length, y: -(b.x - a.x) / length };
  });
  return line.map((p, i) => {
    const before = normals[Math.max(0, i - 1)]!;
    const after = normals[Math.min(normals.length - 1, i)]!;
    const sum = { x: before.x + after.x, y: before.y + after.y };
    const length = Math.hypot(sum.x, sum.y);
    if (length < 1e-6) return { x: p.x + after.x * distance, y: p.y + after.y * distance };
    const mitre = Math.min(2, 2 / length) / length;
    return { x: p.x + sum.x * mitre * distance, y: p.y + sum.y * mitre * distance };
  });
}

function lengthened(line: XY[], by: number): XY[] {
  const out = [...line];
  const push = (end: XY, from: XY): XY => {
    const length = Math.hypot(end.x - from.x, end.y - from.y) || 1;
    return { x: end.x + ((end.x - from.x) / length) * by, y: end.y + ((end.y - from.y) / length) * by };
  };
  out[0] = push(line[0]!, line[1]!);
  out[out.length - 1] = push(line.at(-1)!, line.at(-2)!);
  return out;
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
}
