/** What an operator has asked of the map and of pictures: a place in a picture with its ellipse, and what can be seen from a place. */
import type { Feature } from 'geojson';
import { ellipseRing } from '../domain/geometry';
import { feature, get, labelFont, ofKind, point, polygon, type Overlay } from './overlay';

const source = 'asked';

export const asked: Overlay = {
  source,
  topics: [],

  layers: (p) => [
    { z: 6, layer: { id: 'viewshed-seen', type: 'fill', source, filter: ofKind('seen'), paint: { 'fill-color': p.area, 'fill-opacity': 0.28, 'fill-antialias': false } } },
    { z: 6.1, layer: { id: 'viewshed-eye', type: 'circle', source, filter: ofKind('eye'), paint: { 'circle-radius': 6, 'circle-color': p.halo, 'circle-stroke-color': p.area, 'circle-stroke-width': 3 } } },
    { z: 88, layer: { id: 'pointed-ellipse', type: 'line', source, filter: ofKind('ellipse'), paint: { 'line-color': p.label, 'line-width': 2, 'line-dasharray': [4, 2] } } },
    {
      z: 89,
      layer: {
        id: 'pointed-place',
        type: 'symbol',
        source,
        filter: ofKind('pointed'),
        layout: { 'text-font': labelFont, 'text-field': ['concat', '✛ ', get('label')], 'text-size': 13, 'text-anchor': 'left', 'text-offset': [-0.5, 0], 'text-allow-overlap': true },
        paint: { 'text-color': p.label, 'text-halo-color': p.halo, 'text-halo-width': 2 },
      },
    },
  ],

  draw({ pointed, viewshed }) {
    const features: Feature[] = [];
    if (viewshed) features.push(feature('seen', viewshed.seen), feature('eye', point(viewshed.eye)));
    if (pointed) {
      features.push(feature('ellipse', polygon(ellipseRing(pointed.position, pointed.ellipse))), feature('pointed', point(pointed.position), { label: pointed.feed }));
    }
    return features;
  },

  moving: () => false,
};
