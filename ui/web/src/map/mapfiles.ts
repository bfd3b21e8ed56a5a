/** The maps that users have put into the station's folder: pictures as they are, dimmed by the theme, and vector tiles in the theme's colours. */
import type { ExpressionSpecification, LayerSpecification, RasterLayerSpecification, SourceSpecification } from 'maplibre-gl';
import type { MapFile } from '../domain/model';
import { language } from '../texts';
import { labelFont } from './overlay';
import type { Palette } from './palette';

export interface MapFileStyle {
  sources: Record<string, SourceSpecification>;
  layers: LayerSpecification[];
}

/** The sources and layers of the files that can be shown: pictures below, lines and names above. */
export function mapFileStyle(files: readonly MapFile[], palette: Palette, origin: string): MapFileStyle {
  const sources: MapFileStyle['sources'] = {};
  const pictures: LayerSpecification[] = [];
  const areas: LayerSpecification[] = [];
  const lines: LayerSpecification[] = [];
  const names: LayerSpecification[] = [];
  for (const file of files) {
    if (file.problem !== undefined) continue;
    const source = `file:${file.id}`;
    const tiles = [`${origin}/api/v1/maps/${encodeURIComponent(file.id)}/{z}/{x}/{y}`];
    const common = { tiles, minzoom: file.minZoom, maxzoom: file.maxZoom, ...boundsOf(file) };
    if (file.format !== 'vector') {
      sources[source] = { type: 'raster', tileSize: 256, ...common };
      pictures.push({ id: source, type: 'raster', source, paint: rasterPaint(palette) });
      continue;
    }
    sources[source] = { type: 'vector', ...common };
    for (const name of file.layers ?? []) {
      const base = { source, 'source-layer': name };
      const fill = areaColour(name, palette);
      if (fill) areas.push({ ...base, id: `${source}:${name}:area`, type: 'fill', filter: geometry('Polygon'), paint: { 'fill-color': fill.colour, 'fill-opacity': fill.opacity } });
      lines.push({ ...base, id: `${source}:${name}:line`, type: 'line', filter: geometry('LineString'), layout: { 'line-join': 'round' }, paint: linePaint(name, palette) });
      if (named.test(name)) {
        names.push({
          ...base,
          id: `${source}:${name}:name`,
          type: 'symbol',
          layout: { 'text-font': labelFont, 'text-size': 12, 'text-field': ['coalesce', ['get', `name:${language}`], ['get', 'name:latin'], ['get', 'name'], ''] },
          paint: { 'text-color': palette.label, 'text-halo-color': palette.halo, 'text-halo-width': 1.5 },
        });
      }
    }
  }
  if (pictures.length > 0 && palette.mono !== 'none') {
    pictures.push({ id: 'file-tint', type: 'background', paint: { 'background-color': palette.low, 'background-opacity': 0.55 } });
  }
  return { sources, layers: [...pictures, ...areas, ...lines, ...names] };
}

/** Layers whose features bear names, in the usual schemes (OpenMapTiles, Protomaps, Shortbread). */
const named = /place|name|label|poi|peak/i;

function boundsOf(file: MapFile): { bounds?: [number, number, number, number] } {
  const [west, south, east, north] = file.bounds ?? [];
  if (west === undefined || south === undefined || east === undefined || north === undefined) return {};
  return { bounds: [west, south, east, north] };
}

function geometry(kind: string): ExpressionSpecification {
  return ['==', ['geometry-type'], kind];
}

function areaColour(name: string, p: Palette): { colour: string; opacity: number } | undefined {
  if (/water|ocean|sea|lake/i.test(name)) return { colour: p.water, opacity: 1 };
  if (/building/i.test(name)) return { colour: p.label, opacity: 0.2 };
  if (/land|earth|park|natural|wood|forest|green/i.test(name)) return { colour: p.mid, opacity: 0.4 };
  return undefined;
}

function linePaint(name: string, p: Palette): { 'line-color': string; 'line-width': number | ExpressionSpecification; 'line-opacity': number; 'line-dasharray'?: number[] } {
  if (/road|street|transport|highway|rail|track|path/i.test(name)) {
    return { 'line-color': p.label, 'line-width': ['interpolate', ['exponential', 1.6], ['zoom'], 8, 0.6, 14, 1.6, 18, 6], 'line-opacity': 0.7 };
  }
  if (/water|river/i.test(name)) return { 'line-color': p.water, 'line-width': 1.5, 'line-opacity': 1 };
  if (/bound|admin|border/i.test(name)) return { 'line-color': p.lost, 'line-width': 1, 'line-opacity': 0.8, 'line-dasharray': [4, 3] };
  return { 'line-color': p.label, 'line-width': 0.8, 'line-opacity': 0.35 };
}

/** By night a photograph of a bright land must not blind. */
function rasterPaint(p: Palette): NonNullable<RasterLayerSpecification['paint']> {
  if (p.mono !== 'none') return { 'raster-saturation': -1, 'raster-brightness-max': 0.45 };
  return isDark(p.land) ? { 'raster-brightness-max': 0.6, 'raster-saturation': -0.3 } : {};
}

/** True for a colour, as '#rrggbb', that is darker than half grey. */
export function isDark(colour: string): boolean {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return r !== undefined && g !== undefined && b !== undefined && 0.299 * r + 0.587 * g + 0.114 * b < 128;
}
