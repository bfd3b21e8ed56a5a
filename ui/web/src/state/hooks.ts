/** What browser tests may ask the page: window.vedette. Read only. */
import type { MapView } from '../map/mapview';
import type { Desk } from './desk.svelte';

export interface Hooks {
  /** Signed in, a snapshot is shown, and the map has drawn. */
  ready(): boolean;
  snapshot(): {
    tracks: number;
    alerts: number;
    vehicles: number;
    /** What the map shows now, by what it has drawn. */
    rendered: { tracks: number; alerts: number; sensors: number };
    /** Frames shown so far by each playing tile. */
    frames: Record<string, number>;
    /** Messages that could not be understood. */
    problems: string[];
  };
  /** How many features of a layer the map shows now. */
  shown(layer: string): number;
  /** The layers that the map has, the lowest first. */
  mapLayers(): string[];
  /** The map's middle, longitude and latitude. */
  centre(): [number, number] | undefined;
  /** Where the map draws a place, in pixels from its corner. */
  pixel(lon: number, lat: number): { x: number; y: number } | undefined;
  /** What a layer shows now, where, in pixels from the map's corner, and whether it is marked as selected. */
  drawn(layer: string): { id: unknown; x: number; y: number; selected: boolean }[];
  /** How many times the map was painted. */
  painted(): number;
  /** Sounds made so far, by class. */
  sounds(): Record<string, number>;
}

declare global {
  interface Window {
    vedette?: Hooks;
  }
}

let shown: MapView | undefined;

/** Tells the hooks which map is on the page; undefined when it goes. */
export function setShownMap(map: MapView | undefined): void {
  shown = map;
}

export function exposeHooks(desk: Desk): void {
  window.vedette = {
    ready: () => desk.loaded && desk.link === 'live' && shown?.ready === true,
    snapshot: () => ({
      tracks: desk.store.tracks.size,
      alerts: desk.store.alerts.size,
      vehicles: desk.store.vehicles.size,
      rendered: shown?.rendered() ?? { tracks: 0, alerts: 0, sensors: 0 },
      frames: Object.fromEntries([...desk.watches].map(([feed, watch]) => [feed, watch.counter.frames])),
      problems: [...desk.problems],
    }),
    shown: (layer) => shown?.shown(layer) ?? 0,
    mapLayers: () => shown?.map.getStyle().layers.map((l) => l.id) ?? [],
    centre: () => shown?.centre,
    pixel: (lon, lat) => shown?.pixel([lon, lat]),
    drawn: (layer) => shown?.drawnIn(layer) ?? [],
    painted: () => shown?.frames ?? 0,
    sounds: () => ({ ...desk.sounds.made }),
  };
}
