/** The agency's own lines and zones: GeoJSON that an operator brings, with what it is, of when and from whom. */
import type { Feature, Geometry, Position } from 'geojson';
import { texts } from '../texts';

const words = texts.ownLayers;

export interface OwnLayer {
  name: string;
  /** As the file or the operator gives it. */
  date: string;
  source: string;
  features: Feature[];
}

export const maxBytes = 10_000_000;
const maxFeatures = 20_000;
const maxPositions = 500_000;

/** Why a file cannot be shown, in words. */
export class LayerError extends Error {}

/**
 * Reads a GeoJSON file. Name, date and source are taken from the members or the properties of the file where it has them; a
 * layer without a date or source says so, for a line that nobody answers for must be seen to be one.
 */
export function readLayer(text: string, fileName: string): OwnLayer {
  if (text.length > maxBytes) throw new LayerError(words.tooLarge(fileName, maxBytes / 1e6));
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    throw new LayerError(words.notJson(fileName));
  }
  const source = objectOf(root);
  if (source['crs'] !== undefined && !/CRS84|4326/.test(JSON.stringify(source['crs']))) {
    throw new LayerError(words.notWgs84(fileName));
  }
  const features = featuresOf(source, fileName);
  if (features.length === 0) throw new LayerError(words.empty(fileName));
  if (features.length > maxFeatures) throw new LayerError(words.tooMany(fileName, features.length, maxFeatures));
  const count = { positions: 0 };
  features.forEach((f, i) => check(f.geometry, words.feature(fileName, i + 1), count));
  const said = (member: string): string => text1(source[member]) || text1(objectOf(source['properties'])[member]) || text1(features[0]!.properties?.[member]);
  return { name: said('name') || fileName.replace(/\.(geo)?json$/i, ''), date: said('date') || words.noDate, source: said('source') || words.noSource, features };
}

function featuresOf(source: Record<string, unknown>, file: string): Feature[] {
  if (source['type'] === 'FeatureCollection') {
    if (!Array.isArray(source['features'])) throw new LayerError(words.noFeatures(file));
    return source['features'].map(objectOf).filter((f) => f['geometry'] !== null).map(featureOf);
  }
  if (source['type'] === 'Feature') return source['geometry'] === null ? [] : [featureOf(source)];
  if (typeof source['type'] === 'string') return [featureOf({ geometry: source })];
  throw new LayerError(words.notGeoJson(file));
}

function featureOf(f: Record<string, unknown>): Feature {
  const properties: Record<string, string> = {};
  for (const [key, value] of Object.entries(objectOf(f['properties']))) {
    if (['name', 'date', 'source'].includes(key) && text1(value)) properties[key] = text1(value);
  }
  return { type: 'Feature', geometry: objectOf(f['geometry']) as unknown as Geometry, properties };
}

const depth: Record<string, number> = { Point: 0, MultiPoint: 1, LineString: 1, MultiLineString: 2, Polygon: 2, MultiPolygon: 3 };

function check(geometry: Geometry, where: string, count: { positions: number }): void {
  if (geometry.type === 'GeometryCollection') {
    const inner: unknown = geometry.geometries;
    if (!Array.isArray(inner)) throw new LayerError(words.noGeometries(where));
    for (const g of inner) check(objectOf(g) as unknown as Geometry, where, count);
    return;
  }
  const levels = depth[geometry.type];
  if (levels === undefined) throw new LayerError(words.unknownType(where));
  positions(geometry.coordinates, levels, where, count);
}

function positions(value: unknown, levels: number, where: string, count: { positions: number }): void {
  if (!Array.isArray(value)) throw new LayerError(words.unreadable(where));
  if (levels > 0) return value.forEach((v) => positions(v, levels - 1, where, count));
  const [lon, lat] = value as Position;
  if (!(Math.abs(lon!) <= 180 && Math.abs(lat!) <= 90)) {
    throw new LayerError(words.offGlobe(where, String(lon), String(lat)));
  }
  count.positions += 1;
  if (count.positions > maxPositions) throw new LayerError(words.tooManyPoints(maxPositions));
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function text1(value: unknown): string {
  return typeof value === 'string' ? value.trim().slice(0, 200) : '';
}
