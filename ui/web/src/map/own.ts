/** The agency's own lines and zones, above the map and below what moves. */
import { get, labelFont, type Overlay } from './overlay';

const source = 'own';

export const own: Overlay = {
  source,
  topics: [],

  layers: (p) => [
    {
      z: 7,
      layer: {
        id: 'own-fill',
        type: 'fill',
        source,
        filter: ['==', ['geometry-type'], 'Polygon'],
        paint: { 'fill-color': p.area, 'fill-opacity': 0.08 },
      },
    },
    { z: 7.1, layer: { id: 'own-casing', type: 'line', source, paint: { 'line-color': p.halo, 'line-width': 5, 'line-opacity': 0.7 } } },
    { z: 7.2, layer: { id: 'own-line', type: 'line', source, paint: { 'line-color': p.border, 'line-width': 2.5, 'line-dasharray': [6, 2] } } },
    {
      z: 7.3,
      layer: {
        id: 'own-point',
        type: 'circle',
        source,
        filter: ['==', ['geometry-type'], 'Point'],
        paint: { 'circle-radius': 4, 'circle-color': p.border, 'circle-stroke-color': p.halo, 'circle-stroke-width': 2 },
      },
    },
    {
      z: 7.4,
      layer: {
        id: 'own-name',
        type: 'symbol',
        source,
        layout: { 'symbol-placement': 'line', 'text-font': labelFont, 'text-field': get('label'), 'text-size': 11.5, 'text-offset': [0, 1] },
        paint: { 'text-color': p.border, 'text-halo-color': p.halo, 'text-halo-width': 1.8 },
      },
    },
  ],

  draw: (view) =>
    view.layers.own
      ? view.own.flatMap((layer) =>
          layer.features.map((f) => ({ ...f, properties: { kind: 'own', label: `${f.properties?.['name'] ?? layer.name} · ${layer.date} · ${layer.source}` } })),
        )
      : [],

  moving: () => false,
};
