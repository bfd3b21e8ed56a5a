/** What a map overlay is: the layers of one kind of thing, and how to draw them from the store. */
import type { Feature, FeatureCollection, Geometry } from 'geojson';
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import type { Layout } from '../domain/layout';
import type { CrossingCell, FeedPlace, LonLat, MapFile, Place, Viewshed } from '../domain/model';
import type { OwnLayer } from '../domain/ownlayers';
import type { Sketch } from '../domain/site';
import type { Store, Topic } from '../domain/store';
import type { Palette } from './palette';

/** What an overlay may look at while it draws. */
export interface View {
  store: Store;
  /** The station's time in ms. */
  now: number;
  selectedVehicle: number | undefined;
  selectedTrack: string | undefined;
  selectedAlert: string | undefined;
  selectedSensor: string | undefined;
  /** What the operator wants to see. */
  layers: Layout['layers'];
  /** How far back trails reach. */
  trailMs: number;
  measured: readonly LonLat[];
  /** A sensor or zone that is being edited. */
  sketch: Sketch | undefined;
  /** The place that was asked for in a picture, and what can be seen from where somebody asked. */
  pointed: FeedPlace | undefined;
  viewshed: (Viewshed & { eye: Place }) | undefined;
  /** Where people crossed, at an hour of the day (UTC) or any, while somebody asks. */
  crossings: { cells: readonly CrossingCell[]; hour: number | undefined } | undefined;
  own: readonly OwnLayer[];
  /** The maps of the station's folder that are shown. */
  files: readonly MapFile[];
}

/** A layer with its place in the pile; higher lies on top. */
export interface Stacked {
  z: number;
  layer: LayerSpecification;
}

/**
 * The source of everything that moves. It is one, because MapLibre paints anew for each source that changes, and on a
 * machine without a graphics card painting is what costs.
 */
export const liveSource = 'live';

export interface Overlay {
  /** The GeoJSON source that draw feeds; overlays may share one, and tell their features apart by 'kind'. */
  source: string;
  /** Topics of the store that make it draw anew; a change of selection always does. */
  topics: readonly Topic[];
  layers(palette: Palette): Stacked[];
  draw(view: View): Feature[];
  /** True while the picture changes with time alone. */
  moving(view: View): boolean;
}

/**
 * The fonts of labels. No glyph files are loaded: MapLibre draws each letter with the system's font and takes only the
 * weight from the first name.
 */
export const labelFont = ['Label Semibold', 'system-ui', 'sans-serif'];

/** A feature with plain properties. */
export function feature(
  kind: string,
  geometry: Geometry,
  properties: Record<string, string | number | boolean> = {},
): Feature {
  return { type: 'Feature', geometry, properties: { kind, ...properties } };
}

export function collection(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features };
}

export function point(at: Place): Geometry {
  return { type: 'Point', coordinates: rounded([at.lon, at.lat]) };
}

export function line(points: readonly LonLat[]): Geometry {
  return { type: 'LineString', coordinates: points.map(rounded) };
}

export function polygon(ring: readonly LonLat[]): Geometry {
  return { type: 'Polygon', coordinates: [ring.map(rounded)] };
}

/** Rounded to half a metre, well below a pixel: what merely hovers or jitters does not make the map paint. */
export function rounded(p: LonLat): LonLat {
  return [Math.round(p[0] * 2e5) / 2e5, Math.round(p[1] * 2e5) / 2e5];
}

/** A pulse between 0 and 1, one beat in 1.5 s, sampled as often as the map is drawn; who wants less movement sees it halfway. */
export function beat(sinceMs: number): number {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return 0.5;
  return (Math.max(0, sinceMs) % 1_500) / 1_500;
}

/** Shorthand for reading a property in a style expression. */
export function get(name: string): ExpressionSpecification {
  return ['get', name];
}

/** Shorthand for a filter on the property 'kind'. */
export function ofKind(kind: string): ExpressionSpecification {
  return ['==', ['get', 'kind'], kind];
}
