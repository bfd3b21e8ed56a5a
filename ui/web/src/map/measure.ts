/** The way that is being measured: its points, its legs, and the length and bearing of each. */
import type { Feature } from 'geojson';
import { distanceWords, legsOf } from '../domain/geodesy';
import { heading } from '../domain/format';
import { feature, get, labelFont, line, type Overlay } from './overlay';

const source = 'measure';

export const measure: Overlay = {
  source,
  topics: [],

  layers: (p) => [
    {
      z: 90,
      layer: { id: 'measure-casing', type: 'line', source, filter: ['==', get('kind'), 'leg'], paint: { 'line-color': p.halo, 'line-width': 5 } },
    },
    {
      z: 91,
      layer: {
        id: 'measure-legs',
        type: 'line',
        source,
        filter: ['==', get('kind'), 'leg'],
        paint: { 'line-color': p.label, 'line-width': 2, 'line-dasharray': [3, 2] },
      },
    },
    {
      z: 92,
      layer: {
        id: 'measure-points',
        type: 'circle',
        source,
        filter: ['==', get('kind'), 'point'],
        paint: { 'circle-radius': 5, 'circle-color': p.halo, 'circle-stroke-color': p.label, 'circle-stroke-width': 2 },
      },
    },
    {
      z: 93,
      layer: {
        id: 'measure-labels',
        type: 'symbol',
        source,
        filter: ['==', get('kind'), 'leg'],
        layout: { 'symbol-placement': 'line-center', 'text-font': labelFont, 'text-field': get('label'), 'text-size': 13, 'text-offset': [0, -0.9], 'text-allow-overlap': true },
        paint: { 'text-color': p.label, 'text-halo-color': p.halo, 'text-halo-width': 2 },
      },
    },
  ],

  draw(view) {
    const points = view.measured;
    const dots = points.map((at): Feature => ({ type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties: { kind: 'point' } }));
    const legs = legsOf(points).map((leg, i) =>
      feature('leg', line([points[i]!, points[i + 1]!]), { label: `${distanceWords(leg.metres)} · ${heading(leg.bearingDeg)}` }),
    );
    return [...legs, ...dots];
  },

  moving: () => false,
};
