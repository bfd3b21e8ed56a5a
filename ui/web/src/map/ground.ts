/** What lies under everything: the world in outline, and contour lines of the station's terrain. */
import type { Feature } from 'geojson';
import { GeoJSONSource, type Map as MapLibre, type SourceSpecification } from 'maplibre-gl';
import type { Terrain } from '../domain/model';
import { unpackWorld, type World } from '../domain/world';
import { ContourReader, contourLayers, contourSource } from './contours';
import { collection, type Stacked } from './overlay';
import type { Palette } from './palette';

const worldSource = 'world';
/** Closer than this the outline is too coarse to tell land from water. */
export const worldFillMaxZoom = 8;
const worldLineMaxZoom = 11;

export class Ground {
  private world: World | undefined;
  private lines: Feature[] = [];
  private readonly reader: ContourReader | undefined;
  private reading = 0;

  constructor(terrain: Terrain | undefined) {
    this.reader = terrain && new ContourReader(terrain);
  }

  sources(): Record<string, SourceSpecification> {
    const geojson = (features: Feature[], maxzoom: number): SourceSpecification => ({ type: 'geojson', data: collection(features), maxzoom });
    return { [worldSource]: geojson(this.worldFeatures(), 7), [contourSource]: geojson(this.lines, 16) };
  }

  layers(p: Palette): { below: Stacked[]; above: Stacked[] } {
    return {
      below: [
        {
          z: -2,
          layer: { id: 'world-land', type: 'fill', source: worldSource, maxzoom: worldFillMaxZoom, filter: ['==', ['get', 'kind'], 'land'], paint: { 'fill-color': p.land, 'fill-antialias': false } },
        },
      ],
      above: [
        {
          z: 0,
          layer: {
            id: 'world-borders',
            type: 'line',
            source: worldSource,
            maxzoom: worldLineMaxZoom,
            filter: ['==', ['get', 'kind'], 'border'],
            paint: { 'line-color': p.lost, 'line-width': 1, 'line-opacity': 0.8, 'line-dasharray': [4, 3] },
          },
        },
        ...contourLayers(p),
      ],
    };
  }

  /** Reads the world once; without it the map shows everything else. */
  async loadWorld(map: MapLibre): Promise<void> {
    const response = await fetch('/world.json', { credentials: 'same-origin' });
    if (!response.ok) throw new Error(`the world's outline: ${response.status}`);
    this.world = unpackWorld(await response.json());
    set(map, worldSource, this.worldFeatures());
  }

  /** Draws the contour lines of what the map shows now, or none. */
  async contours(map: MapLibre, wanted: boolean): Promise<void> {
    this.reading += 1;
    const turn = this.reading;
    const lines = wanted && this.reader ? await this.reader.over(map) : [];
    // The map was moved again meanwhile.
    if (turn !== this.reading || (lines.length === 0 && this.lines.length === 0)) return;
    this.lines = lines;
    set(map, contourSource, lines);
  }

  private worldFeatures(): Feature[] {
    if (!this.world) return [];
    return [
      { type: 'Feature', geometry: { type: 'MultiPolygon', coordinates: this.world.land }, properties: { kind: 'land' } },
      { type: 'Feature', geometry: { type: 'MultiLineString', coordinates: this.world.borders }, properties: { kind: 'border' } },
    ];
  }
}

function set(map: MapLibre, id: string, features: Feature[]): void {
  const source = map.getSource(id);
  if (source instanceof GeoJSONSource) void source.setData(collection(features));
}
