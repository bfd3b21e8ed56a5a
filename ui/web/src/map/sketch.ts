/** A sensor or a zone that is being placed: its points by number, its line or outline, and its reach. */
import type { Feature } from 'geojson';
import { feature, get, labelFont, line, ofKind, polygon, type Overlay } from './overlay';

const source = 'sketch';

export const sketch: Overlay = {
  source,
  topics: [],

  layers: (p) => [
    { z: 94, layer: { id: 'sketch-reach', type: 'fill', source, filter: ofKind('reach'), paint: { 'fill-color': p.sensor, 'fill-opacity': 0.22 } } },
    { z: 95, layer: { id: 'sketch-casing', type: 'line', source, filter: ofKind('line'), paint: { 'line-color': p.halo, 'line-width': 6 } } },
    { z: 96, layer: { id: 'sketch-line', type: 'line', source, filter: ofKind('line'), paint: { 'line-color': p.label, 'line-width': 2.5, 'line-dasharray': [2, 1] } } },
    {
      z: 97,
      layer: {
        id: 'sketch-points',
        type: 'circle',
        source,
        filter: ofKind('point'),
        paint: {
          'circle-radius': ['case', get('held'), 11, 7],
          'circle-color': p.halo,
          'circle-stroke-color': p.label,
          'circle-stroke-width': ['case', get('held'), 4, 2.5],
        },
      },
    },
    {
      z: 98,
      layer: {
        id: 'sketch-numbers',
        type: 'symbol',
        source,
        filter: ofKind('point'),
        layout: { 'text-font': labelFont, 'text-field': get('number'), 'text-size': 12, 'text-anchor': 'left', 'text-offset': [1, 0], 'text-allow-overlap': true },
        paint: { 'text-color': p.label, 'text-halo-color': p.halo, 'text-halo-width': 2 },
      },
    },
  ],

  draw({ sketch: is }) {
    if (!is) return [];
    const dots = is.points.map((at, i): Feature => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: at },
      properties: { kind: 'point', held: i === is.held, number: is.points.length > 1 ? String(i + 1) : '' },
    }));
    return [
      ...(is.reach.length > 0 ? [feature('reach', polygon(is.reach))] : []),
      ...(is.line.length > 1 ? [feature('line', line(is.line))] : []),
      ...dots,
    ];
  },

  moving: () => false,
};
