/** The plan that is being edited: values that are never changed in place, so that undo is to take an older one. */
import { array, bool, num, object, optional, str, DecodeError, type Decoded, type Decoder } from '../decode';
import { place, type Place } from '../place';

/** A parameter as it travels: null is 'not a number', the infinities are words. */
const param: Decoder<number | string | null> = (value, path) => {
  if (value === null || typeof value === 'number' || value === 'Infinity' || value === '-Infinity') return value;
  throw new DecodeError(path, 'a number or null', value);
};

/** An item of a mission whole, so that what is not edited here goes back as it came. */
export const wireItem = object({
  command: optional(str),
  commandId: optional(num),
  lat: optional(num),
  lon: optional(num),
  altitudeRelative: optional(num),
  altitudeAMSL: optional(num),
  altitudeAGL: optional(num),
  holdS: optional(num),
  params: optional(array(param)),
  frame: optional(num),
  autoContinue: optional(bool),
});
export type WireItem = Decoded<typeof wireItem>;

const wirePolygon = object({ inclusion: bool, points: array(place) });
const wireCircle = object({ inclusion: bool, center: place, radiusM: num });
const wireReturn = object({ lat: num, lon: num, altitudeRelative: num });
const wireRally = object({ lat: num, lon: num, altitudeRelative: num });

export const wireShape = object({
  name: optional(str),
  kind: str,
  points: array(place),
  heightsAMSL: optional(array(num)),
  heightsAGL: optional(array(num)),
});
export type Shape = Decoded<typeof wireShape>;

export const wireMission = object({ items: array(wireItem) });
export const wireFence = object({
  polygons: array(wirePolygon),
  circles: array(wireCircle),
  returnPoint: optional(wireReturn),
});
export const wireRallyList = object({ points: array(wireRally) });

/** A plan as POST /plans/convert answers and PUT /vehicles/{id}/plan takes it (docs/api.md, Plans). */
export const wirePlan = object({
  mission: optional(wireMission),
  fence: optional(wireFence),
  rally: optional(wireRallyList),
  autopilot: optional(str),
  airframe: optional(str),
  shapes: optional(array(wireShape)),
});
export type WirePlan = Decoded<typeof wirePlan>;

/** Keys tell things apart while their numbers and places change. */
export interface Item {
  key: number;
  wire: WireItem;
}
export type Polygon = Decoded<typeof wirePolygon> & { key: number };
export type Circle = Decoded<typeof wireCircle> & { key: number };
export type RallyPoint = Decoded<typeof wireRally> & { key: number };

/** What is drawn before it is said what it is for. */
export interface Sketch {
  kind: 'area' | 'line';
  points: readonly Place[];
}

export interface Draft {
  items: readonly Item[];
  polygons: readonly Polygon[];
  circles: readonly Circle[];
  returnPoint?: Decoded<typeof wireReturn> | undefined;
  rally: readonly RallyPoint[];
  sketch?: Sketch | undefined;
  /** What a file says that it was made for. */
  autopilot?: string | undefined;
  airframe?: string | undefined;
  /** The next key that is free. */
  next: number;
}

export const emptyDraft: Draft = { items: [], polygons: [], circles: [], rally: [], next: 1 };

export const parts = ['mission', 'fence', 'rally'] as const;
export type Part = (typeof parts)[number];

export function hasPart(d: Draft, part: Part): boolean {
  if (part === 'mission') return d.items.length > 0;
  if (part === 'rally') return d.rally.length > 0;
  return d.polygons.length > 0 || d.circles.length > 0 || d.returnPoint !== undefined;
}

/** Takes lists that were read; what is not spoken of stays as it is in the draft before. */
export function withLists(before: Draft, plan: WirePlan): Draft {
  let next = before.next;
  const keyed = <T extends object>(list: readonly T[]): (T & { key: number })[] => list.map((one) => ({ ...one, key: next++ }));
  const draft: Draft = { ...before, autopilot: plan.autopilot, airframe: plan.airframe };
  if (plan.mission) draft.items = plan.mission.items.map((wire) => ({ key: next++, wire }));
  if (plan.fence) {
    draft.polygons = keyed(plan.fence.polygons);
    draft.circles = keyed(plan.fence.circles);
    draft.returnPoint = plan.fence.returnPoint;
  }
  if (plan.rally) draft.rally = keyed(plan.rally.points);
  return { ...draft, next };
}

/** The body for the station with the parts that are wanted. */
export function wireOf(d: Draft, wanted: readonly Part[]): WirePlan {
  const bare = <T extends { key: number }>({ key: _, ...rest }: T): Omit<T, 'key'> => rest;
  const plan: WirePlan = {};
  if (wanted.includes('mission')) plan.mission = { items: d.items.map((i) => i.wire) };
  if (wanted.includes('fence')) {
    plan.fence = { polygons: d.polygons.map(bare), circles: d.circles.map(bare) };
    if (d.returnPoint) plan.fence.returnPoint = d.returnPoint;
  }
  if (wanted.includes('rally')) plan.rally = { points: d.rally.map(bare) };
  if (d.autopilot) plan.autopilot = d.autopilot;
  if (d.airframe) plan.airframe = d.airframe;
  return plan;
}
