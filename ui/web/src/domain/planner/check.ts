/** What the station finds in a plan, and the profile of its way. */
import { array, num, object, oneOf, optional, str, type Decoded } from '../decode';
import { place } from '../place';
import { texts } from '../../texts';

const words = texts.planCheck;

export const finding = object({ severity: oneOf('error', 'warning'), item: optional(num), text: str });
export type Finding = Decoded<typeof finding>;

const leg = object({ item: num, state: str, lengthM: num, leastM: optional(num), at: optional(place), unknownM: num, why: optional(str) });
const profilePoint = object({ item: num, alongM: num, groundAMSL: optional(num), planAMSL: optional(num) });
export type ProfilePoint = Decoded<typeof profilePoint>;

export const clearance = object({
  wantedM: num,
  leastM: optional(num),
  item: optional(num),
  unknown: num,
  legs: array(leg),
  profile: optional(array(profilePoint)),
});
export type Clearance = Decoded<typeof clearance>;

export const planCheck = object({
  findings: array(finding),
  estimate: optional(object({ lengthM: num, durationS: num, speedMS: num })),
  clearance: optional(clearance),
});
export type PlanCheck = Decoded<typeof planCheck>;

export const uploaded = object({ findings: array(finding) });

export function errorsOf(check: PlanCheck | undefined): Finding[] {
  return check?.findings.filter((f) => f.severity === 'error') ?? [];
}

export function findingWords(f: Finding): string {
  return f.item === undefined ? f.text : words.item(f.item, f.text);
}

/** 'least 32 m above the ground, at item 4; 2 legs are not known'. */
export function clearanceWords(c: Clearance | undefined): string {
  if (!c || c.legs.length === 0) return words.noLeg;
  const parts: string[] = [];
  if (c.leastM === undefined) parts.push(words.clearanceUnknown);
  else if (c.leastM < 0) parts.push(words.into(Math.round(-c.leastM), c.item));
  else parts.push(words.least(Math.round(c.leastM), c.item));
  if (c.unknown > 0) parts.push(words.legsUnknown(c.unknown, c.legs.length));
  return parts.join('; ');
}

/** The profile as paths in a box of width by height, with the scale that they are drawn to. */
export interface ProfileDrawing {
  /** Closed, down to the bottom; one for each stretch of ground that is known. */
  ground: string[];
  plan: string[];
  lowM: number;
  highM: number;
  lengthM: number;
  /** Where each item is reached, as a share of the width. */
  stops: { item: number; share: number }[];
  /** Stretches over ground that is not known, as shares of the width. */
  gaps: [number, number][];
}

export function drawProfile(points: readonly ProfilePoint[], width: number, height: number): ProfileDrawing | undefined {
  const heights = points.flatMap((p) => [p.groundAMSL, p.planAMSL]).filter((h) => h !== undefined);
  const lengthM = points.at(-1)?.alongM ?? 0;
  if (heights.length === 0 || points.length < 2) return undefined;
  // Not by spreading into Math.min: there may be thousands.
  let low = Infinity;
  let high = -Infinity;
  for (const h of heights) {
    low = Math.min(low, h);
    high = Math.max(high, h);
  }
  const pad = Math.max(5, (high - low) * 0.08);
  const [lowM, highM] = [low - pad, high + pad];
  const x = (m: number): number => round1(lengthM > 0 ? (m / lengthM) * width : 0);
  const y = (m: number): number => round1(height - ((m - lowM) / (highM - lowM)) * height);
  const stops: { item: number; share: number }[] = [];
  const gaps: [number, number][] = [];
  points.forEach((p, i) => {
    const next = points[i + 1];
    const share = lengthM > 0 ? p.alongM / lengthM : 0;
    if (!next || next.item !== p.item) stops.push({ item: p.item, share });
    if (p.groundAMSL !== undefined || !next) return;
    const end = lengthM > 0 ? next.alongM / lengthM : 0;
    const last = gaps.at(-1);
    if (last && last[1] === share) last[1] = end;
    else gaps.push([share, end]);
  });
  const ground = runs(points, (p) => p.groundAMSL).map((run) => {
    const along = run.map(([m, h]) => `${x(m)},${y(h)}`).join(' L');
    return `M${x(run[0]![0])},${height} L${along} L${x(run.at(-1)![0])},${height} Z`;
  });
  const plan = runs(points, (p) => p.planAMSL).map((run) => `M${run.map(([m, h]) => `${x(m)},${y(h)}`).join(' L')}`);
  return { ground, plan, lowM, highM, lengthM, stops, gaps };
}

function runs(points: readonly ProfilePoint[], of: (p: ProfilePoint) => number | undefined): [number, number][][] {
  const out: [number, number][][] = [];
  let run: [number, number][] | undefined;
  for (const p of points) {
    const h = of(p);
    if (h === undefined) run = undefined;
    else if (run) run.push([p.alongM, h]);
    else out.push((run = [[p.alongM, h]]));
  }
  return out;
}

function round1(v: number): number {
  return Math.round(v * 10) / 10;
}
