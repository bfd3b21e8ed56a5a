/** Zones: the border as a line, areas, and where no vehicle may fly. */
import { feature, get, labelFont, ofKind, type Overlay } from './overlay';

export const zones: Overlay = {
  source: 'zones',
  topics: ['zones'],

  layers: (p) => [
    {
      z: 1,
      layer: {
        id: 'zones-area-fill',
        type: 'fill',
        source: 'zones',
        filter: ['all', ['==', ['geometry-type'], 'Polygon'], ['!=', get('kind'), 'border']],
        paint: { 'fill-color': ['match', get('kind'), 'noFly', p.nofly, p.area], 'fill-opacity': 0.07 },
      },
    },
    {
      z: 2,
      layer: {
        id: 'zones-area',
        type: 'line',
        source: 'zones',
        filter: ofKind('area'),
        paint: { 'line-color': p.area, 'line-width': 1.5 },
      },
    },
    {
      z: 3,
      layer: {
        id: 'zones-nofly',
        type: 'line',
        source: 'zones',
        filter: ofKind('noFly'),
        paint: { 'line-color': p.nofly, 'line-width': 2, 'line-dasharray': [1, 1] },
      },
    },
    {
      z: 4,
      layer: {
        id: 'zones-border-casing',
        type: 'line',
        source: 'zones',
        filter: ofKind('border'),
        paint: { 'line-color': p.halo, 'line-width': 5, 'line-opacity': 0.6 },
      },
    },
    {
      z: 5,
      layer: {
        id: 'zones-border',
        type: 'line',
        source: 'zones',
        filter: ofKind('border'),
        paint: { 'line-color': p.border, 'line-width': 2.25, 'line-dasharray': [5, 2, 1, 2] },
      },
    },
    {
      z: 6,
      layer: {
        id: 'zones-name',
        type: 'symbol',
        source: 'zones',
        layout: { 'symbol-placement': 'line', 'text-font': labelFont,
          'text-field': get('name'), 'text-size': 11, 'text-offset': [0, -0.9] },
        paint: {
          'text-color': ['match', get('kind'), 'border', p.border, 'noFly', p.nofly, p.area],
          'text-halo-color': p.halo,
          'text-halo-width': 1.6,
        },
      },
    },
  ],

  draw: (view) => [...view.store.zones.values()].map((z) => feature(z.kind, z.geometry, { id: z.id, name: z.name })),

  moving: () => false,
};
