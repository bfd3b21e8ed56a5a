/** Contour lines of the station's terrain over what the map shows, computed here from the same tiles as the hillshade. */
import type { Feature } from 'geojson';
import type { Map as MapLibre } from 'maplibre-gl';
import { contours, contourStep, type HeightGrid } from '../domain/contours';
import { terrariumM, tileAt } from '../domain/mercator';
import type { Terrain } from '../domain/model';
import { tilePixels } from './heights';
import { get, labelFont, type Stacked } from './overlay';
import type { Palette } from './palette';

export const contourSource = 'contours';

/** Every so many pixels of a tile a height is taken: finer than that is noise. */
const stride = 4;
const tilesAtMost = 24;
/** Every fifth line is drawn stronger and says its height. */
const indexEvery = 5;

export function contourLayers(p: Palette): Stacked[] {
  return [
    {
      z: 0.1,
      layer: {
        id: 'contours-line',
        type: 'line',
        source: contourSource,
        paint: { 'line-color': p.label, 'line-opacity': ['case', get('index'), 0.5, 0.26], 'line-width': ['case', get('index'), 1.4, 0.8] },
      },
    },
    {
      z: 0.2,
      layer: {
        id: 'contours-label',
        type: 'symbol',
        source: contourSource,
        filter: ['==', get('index'), true],
        layout: { 'symbol-placement': 'line', 'text-font': labelFont, 'text-field': ['concat', get('metres'), ' m'], 'text-size': 10 },
        paint: { 'text-color': p.label, 'text-opacity': 0.8, 'text-halo-color': p.halo, 'text-halo-width': 1.4 },
      },
    },
  ];
}

/** Reads the tiles under the map's view and draws their lines; tiles that were read stay for the next view. */
export class ContourReader {
  private readonly grids = new Map<string, Promise<HeightGrid | undefined>>();

  constructor(private readonly terrain: Terrain) {}

  async over(map: MapLibre): Promise<Feature[]> {
    const step = contourStep(map.getZoom());
    if (step === undefined) return [];
    const tiles = this.tilesUnder(map);
    const found = await Promise.all(tiles.map(async (t) => ({ ...t, grid: await this.grid(t) })));
    return found.flatMap(({ grid, ...t }) => (grid ? linesOf(grid, t, step) : []));
  }

  private tilesUnder(map: MapLibre): { z: number; x: number; y: number }[] {
    const [west, south, east, north] = this.terrain.bounds;
    const view = map.getBounds();
    const box = { west: Math.max(west, view.getWest()), east: Math.min(east, view.getEast()), south: Math.max(south, view.getSouth()), north: Math.min(north, view.getNorth()) };
    if (box.west >= box.east || box.south >= box.north) return [];
    for (let z = Math.min(this.terrain.maxZoom, Math.max(this.terrain.minZoom, Math.round(map.getZoom()))); z >= this.terrain.minZoom; z -= 1) {
      const a = tileAt({ lat: box.north, lon: box.west }, z);
      const b = tileAt({ lat: box.south, lon: box.east }, z);
      if ((b.x - a.x + 1) * (b.y - a.y + 1) > tilesAtMost) continue;
      const tiles = [];
      for (let x = a.x; x <= b.x; x += 1) for (let y = a.y; y <= b.y; y += 1) tiles.push({ z, x, y });
      return tiles;
    }
    return [];
  }

  private grid(t: { z: number; x: number; y: number }): Promise<HeightGrid | undefined> {
    const key = `${t.z}/${t.x}/${t.y}`;
    const read = this.grids.get(key) ?? readGrid(t);
    this.grids.set(key, read);
    if (this.grids.size > 4 * tilesAtMost) this.grids.delete(this.grids.keys().next().value!);
    return read;
  }
}

async function readGrid(t: { z: number; x: number; y: number }): Promise<HeightGrid | undefined> {
  const image = await tilePixels(t.z, t.x, t.y).catch(() => undefined);
  if (!image) return undefined;
  // The last column and row stand on the tile's edge, so that lines meet at the seams as nearly as the pixels do.
  const width = Math.floor(image.width / stride) + 1;
  const height = Math.floor(image.height / stride) + 1;
  const metres = new Float32Array(width * height);
  for (let row = 0; row < height; row += 1) {
    for (let col = 0; col < width; col += 1) {
      const i = 4 * (Math.min(row * stride, image.height - 1) * image.width + Math.min(col * stride, image.width - 1));
      const d = image.data;
      metres[row * width + col] = d[i + 3] === 255 ? terrariumM(d[i]!, d[i + 1]!, d[i + 2]!) : Number.NaN;
    }
  }
  return { width, height, metres };
}

function linesOf(grid: HeightGrid, t: { z: number; x: number; y: number }, stepM: number): Feature[] {
  const n = 2 ** t.z;
  const place = ([col, row]: [number, number]): [number, number] => {
    const x = (t.x + col / (grid.width - 1)) / n;
    const y = (t.y + row / (grid.height - 1)) / n;
    return [x * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI];
  };
  return contours(grid, stepM).map((c) => ({
    type: 'Feature',
    geometry: { type: 'LineString', coordinates: c.points.map(place) },
    properties: { metres: c.metres, index: c.metres % (stepM * indexEvery) === 0 },
  }));
}
