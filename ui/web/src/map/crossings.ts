/** Where people crossed: the squares of the heat map that somebody asked for, the fuller the more of them. */
import type { Feature } from 'geojson';
import { countOf, middleOf } from '../domain/crossings';
import { feature, get, labelFont, ofKind, point, polygon, type Overlay } from './overlay';

const source = 'crossings';

export const crossings: Overlay = {
  source,
  topics: [],

  layers: (p) => [
    {
      z: 6.5,
      layer: {
        id: 'crossings-square',
        type: 'fill',
        source,
        filter: ofKind('square'),
        paint: { 'fill-color': p.serious, 'fill-opacity': ['interpolate', ['linear'], get('share'), 0, 0.12, 1, 0.75], 'fill-outline-color': p.halo },
      },
    },
    {
      z: 86,
      layer: {
        id: 'crossings-count',
        type: 'symbol',
        source,
        filter: ofKind('count'),
        layout: { 'text-font': labelFont, 'text-field': get('label'), 'text-size': 13, 'text-allow-overlap': true },
        paint: { 'text-color': p.label, 'text-halo-color': p.halo, 'text-halo-width': 2 },
      },
    },
  ],

  draw({ crossings: asked }) {
    if (!asked) return [];
    const counts = asked.cells.map((c) => countOf(c, asked.hour));
    const most = Math.max(1, ...counts);
    return asked.cells.flatMap((cell, i): Feature[] => {
      const n = counts[i] ?? 0;
      if (n === 0) return [];
      const [lon, lat] = middleOf(cell.ring);
      return [feature('square', polygon(cell.ring), { share: n / most }), feature('count', point({ lon, lat }), { label: String(n) })];
    });
  },

  moving: () => false,
};
