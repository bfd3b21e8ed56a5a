/** The lists that a vehicle holds (docs/api.md, Plans): mission, fence and rally points, as far as they are drawn. */
import { array, bool, num, object, optional, str, type Decoded } from './decode';
import { place } from './place';

export const missionItem = object({
  command: optional(str),
  lat: optional(num),
  lon: optional(num),
  altitudeRelative: optional(num),
  altitudeAMSL: optional(num),
  altitudeAGL: optional(num),
});
export type MissionItem = Decoded<typeof missionItem>;

export const missionPlan = object({ items: array(missionItem) });
export type MissionPlan = Decoded<typeof missionPlan>;

export const fencePlan = object({
  polygons: array(object({ inclusion: bool, points: array(place) })),
  circles: array(object({ inclusion: bool, center: place, radiusM: num })),
  returnPoint: optional(place),
});
export type FencePlan = Decoded<typeof fencePlan>;

export const rallyPlan = object({ points: array(object({ lat: num, lon: num, altitudeRelative: optional(num) })) });
export type RallyPlan = Decoded<typeof rallyPlan>;

/** What was read of a vehicle's lists. */
export interface Plans {
  mission?: MissionPlan;
  fence?: FencePlan;
  rally?: RallyPlan;
}

export type PlanKind = keyof Plans;
export const planKinds: readonly PlanKind[] = ['mission', 'fence', 'rally'];

/** Items that have a place but are not flown to. */
const besides: readonly string[] = ['roi', 'setHome', 'doLandStart'];

export interface Stop {
  /** The item's number, from 1. */
  number: number;
  lat: number;
  lon: number;
  words: string;
}

/** The places that a mission flies to, in its order. */
export function stops(mission: MissionPlan): Stop[] {
  return mission.items.flatMap((item, i) => {
    if (item.lat === undefined || item.lon === undefined || besides.includes(item.command ?? '')) return [];
    return [{ number: i + 1, lat: item.lat, lon: item.lon, words: `${i + 1}${heightWords(item)}` }];
  });
}

function heightWords(item: MissionItem): string {
  if (item.altitudeRelative !== undefined) return ` · ${Math.round(item.altitudeRelative)} m`;
  if (item.altitudeAGL !== undefined) return ` · ${Math.round(item.altitudeAGL)} m AGL`;
  return item.altitudeAMSL === undefined ? '' : ` · ${Math.round(item.altitudeAMSL)} m AMSL`;
}
