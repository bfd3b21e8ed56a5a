/** What each operator has arranged for himself: panels, the map's layers, trails, coordinates, the video wall. */
import { coordinateFormats, type CoordinateFormat } from './coords';

export const panelNames = ['alerts', 'vehicles', 'video'] as const;
export type PanelName = (typeof panelNames)[number];

export const layerNames = ['world', 'relief', 'contours', 'coverage', 'footprints', 'ellipses', 'traffic', 'plans', 'own'] as const;
export type LayerName = (typeof layerNames)[number];

/** Minutes of trail behind each track; 0 shows none. */
export const trailMinutes = [0, 1, 3, 10] as const;
export const wallSizes = [1, 4, 9] as const;
export type WallSize = (typeof wallSizes)[number];

/** How thermal pictures are coloured: as the camera sends them, with warm and cold changed over, or from black over red to white. */
export const tones = ['sent', 'inverted', 'iron'] as const;
export type Tone = (typeof tones)[number];

export interface Layout {
  panels: Record<PanelName, boolean>;
  layers: Record<LayerName, boolean>;
  /** Maps of the station's folder that are not wanted, by id: a new one shows by itself. */
  hiddenMaps: readonly string[];
  trailMin: number;
  format: CoordinateFormat;
  wall: WallSize;
  tone: Tone;
}

const allOf = <K extends string>(names: readonly K[]): Record<K, boolean> =>
  Object.fromEntries(names.map((n) => [n, true])) as Record<K, boolean>;

export function defaultLayout(): Layout {
  const layers = { ...allOf(layerNames), contours: false };
  return { panels: allOf(panelNames), layers, hiddenMaps: [], trailMin: 3, format: 'latLon', wall: 4, tone: 'sent' };
}

/** A layout as it was remembered; what is missing or makes no sense is as by default, so that an older one still serves. */
export function readLayout(value: unknown): Layout {
  const layout = defaultLayout();
  const source = objectOf(value);
  for (const n of panelNames) layout.panels[n] = flag(objectOf(source['panels'])[n], layout.panels[n]);
  for (const n of layerNames) layout.layers[n] = flag(objectOf(source['layers'])[n], layout.layers[n]);
  const hidden = source['hiddenMaps'];
  if (Array.isArray(hidden)) layout.hiddenMaps = hidden.filter((id): id is string => typeof id === 'string').slice(0, 200);
  layout.trailMin = trailMinutes.find((m) => m === source['trailMin']) ?? layout.trailMin;
  layout.format = coordinateFormats.find((f) => f === source['format']) ?? layout.format;
  layout.tone = tones.find((t) => t === source['tone']) ?? layout.tone;
  layout.wall = wallSizes.find((w) => w === source['wall']) ?? layout.wall;
  return layout;
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function flag(value: unknown, otherwise: boolean): boolean {
  return typeof value === 'boolean' ? value : otherwise;
}
