/** Other aircraft: a silhouette with its nose along its course; hollow once it was not heard for a while, ringed while it is near. */
import { aircraftLabel, near } from '../domain/traffic';
import { feature, get, labelFont, liveSource, ofKind, point, type Overlay } from './overlay';

export const traffic: Overlay = {
  source: liveSource,
  topics: ['traffic'],

  layers: (p) => [
    {
      z: 76,
      layer: {
        id: 'traffic-symbol',
        type: 'symbol',
        source: liveSource,
        filter: ofKind('aircraft'),
        layout: {
          'icon-image': get('icon'),
          'icon-rotate': get('course'),
          'icon-rotation-alignment': 'map',
          'icon-allow-overlap': true,
          'icon-ignore-placement': true,
          'text-font': labelFont,
          'text-field': get('label'),
          'text-size': 11,
          'text-anchor': 'top',
          'text-offset': [0, 1.4],
          'text-allow-overlap': true,
        },
        paint: {
          'text-color': ['case', get('near'), p.serious, get('stale'), p.lost, p.label],
          'text-halo-color': p.halo,
          'text-halo-width': 1.8,
        },
      },
    },
  ],

  draw: (view) =>
    (view.layers.traffic ? [...view.store.traffic.values()] : []).map((a) => {
      const close = near(a);
      const stale = a.stale === true;
      return feature('aircraft', point(a.position), {
        icon: `aircraft|${stale ? 'stale' : 'fresh'}|${close ? 'near' : 'far'}`,
        course: Math.round((a.courseDeg ?? 0) / 3) * 3,
        label: aircraftLabel(a, view.now),
        near: close,
        stale,
      });
    }),

  // Its age counts.
  moving: (view) => view.store.traffic.size > 0,
};
