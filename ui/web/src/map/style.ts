/** The map's style: the station's terrain as colour and shade, the maps of its folder, then the overlays in their order. Nothing comes from outside. */
import type { FeatureCollection } from 'geojson';
import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl';
import type { MapFile, Terrain } from '../domain/model';
import type { Ground } from './ground';
import { worldFillMaxZoom } from './ground';
import { mapFileStyle } from './mapfiles';
import type { Overlay } from './overlay';
import type { Palette } from './palette';

/** Heights in metres AMSL between which the relief's colours run. */
export interface HeightRange {
  low: number;
  high: number;
}

export interface StyleInput {
  palette: Palette;
  terrain: Terrain | undefined;
  heights: HeightRange;
  overlays: readonly Overlay[];
  /** What each source holds now, so that a change of theme loses nothing. */
  data: ReadonlyMap<string, FeatureCollection>;
  /** The deepest zoom at which overlays are cut into tiles; every tile that changes may cost a repaint. */
  overlayMaxZoom: number;
  origin: string;
  /** What lies under everything, and whether it is wanted. */
  ground: Ground;
  world: boolean;
  relief: boolean;
  /** The maps of the station's folder that are shown. */
  files: readonly MapFile[];
}

/** How many times higher than they are heights are drawn. Numbers that people read come from elsewhere and are true. */
const stretch = 7;

const empty: FeatureCollection = { type: 'FeatureCollection', features: [] };

export function buildStyle(input: StyleInput): StyleSpecification {
  const sources: Record<string, SourceSpecification> = input.ground.sources();
  const { land, water } = input.palette;
  const { below, above } = input.ground.layers(input.palette);
  const layers: LayerSpecification[] = [
    { id: 'land', type: 'background', paint: { 'background-color': input.world ? ['step', ['zoom'], water, worldFillMaxZoom, land] : land } },
  ];
  if (input.world) layers.push(...below.map((s) => s.layer));
  if (input.terrain && input.relief) {
    sources['terrain'] = {
      type: 'raster-dem',
      tiles: [`${input.origin}/api/v1/terrain/{z}/{x}/{y}.png`],
      tileSize: 256,
      // Terrarium, with every height stretched: gentle country shows its folds only so.
      encoding: 'custom',
      redFactor: 256 * stretch,
      greenFactor: stretch,
      blueFactor: stretch / 256,
      baseShift: 32768 * stretch,
      bounds: input.terrain.bounds,
      minzoom: input.terrain.minZoom,
      maxzoom: input.terrain.maxZoom,
    };
    layers.push(...reliefLayers(input.palette, input.heights));
  }
  const files = mapFileStyle(input.files, input.palette, input.origin);
  Object.assign(sources, files.sources);
  layers.push(...files.layers);
  for (const overlay of input.overlays) {
    const data = input.data.get(overlay.source) ?? empty;
    sources[overlay.source] = { type: 'geojson', data, maxzoom: input.overlayMaxZoom };
  }
  const ground = above.filter((s) => input.world || s.layer.id !== 'world-borders');
  const stacked = [...ground, ...input.overlays.flatMap((o) => o.layers(input.palette))].sort((a, b) => a.z - b.z);
  layers.push(...stacked.map((s) => s.layer));
  return { version: 8, sources, layers, transition: { duration: 0, delay: 0 } };
}

function reliefLayers(p: Palette, { low, high }: HeightRange): LayerSpecification[] {
  return [
    {
      id: 'relief',
      type: 'color-relief',
      source: 'terrain',
      paint: {
        'color-relief-color': [
          'interpolate',
          ['linear'],
          ['elevation'],
          low * stretch,
          p.low,
          ((low + high) / 2) * stretch,
          p.mid,
          high * stretch,
          p.high,
        ],
      },
    },
    {
      id: 'hillshade',
      type: 'hillshade',
      source: 'terrain',
      paint: {
        'hillshade-exaggeration': 0.7,
        'hillshade-shadow-color': p.shadow,
        'hillshade-highlight-color': p.light,
        'hillshade-accent-color': p.shadow,
        'hillshade-illumination-direction': 315,
        'hillshade-illumination-anchor': 'map',
      },
    },
  ];
}
