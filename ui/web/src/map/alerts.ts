/** Open alerts: a marker by severity above its place, which pulses while new, and the alert's ellipse when it is selected. */
import type { Feature } from 'geojson';
import { ellipseRing } from '../domain/geometry';
import type { Alert } from '../domain/model';
import { isOpen } from '../domain/queue';
import { beat, feature, get, labelFont, liveSource, ofKind, point, polygon, type Overlay, type View } from './overlay';
import type { Palette } from './palette';

export const alertLayer = 'alerts-symbol';
/** So far above its place the middle of an alert's mark stands. */
export const alertMarkPx = 26;

/** A new alert pulses for so long; then it stands still, and the queue alone insists. */
const pulseForMs = 60_000;

const colourOf = (p: Palette): ['match', ['get', 'severity'], ...string[]] => [
  'match',
  ['get', 'severity'],
  'critical',
  p.critical,
  'serious',
  p.serious,
  p.caution,
];

export const alerts: Overlay = {
  source: liveSource,
  topics: ['alerts'],

  layers: (p) => [
    {
      z: 28,
      layer: {
        id: 'alerts-ellipse',
        type: 'line',
        source: liveSource,
        filter: ofKind('alert-ellipse'),
        paint: { 'line-color': p.label, 'line-width': 1.5, 'line-dasharray': [2, 2] },
      },
    },
    {
      z: 55,
      layer: {
        id: 'alerts-ring',
        type: 'circle',
        source: liveSource,
        filter: ofKind('alert'),
        paint: {
          'circle-radius': ['+', 16, ['*', 14, get('pulse')]],
          'circle-color': 'transparent',
          'circle-stroke-color': colourOf(p) as unknown as string,
          'circle-stroke-width': ['case', get('fresh'), 3, 1.75],
          'circle-stroke-opacity': ['-', 1, ['*', 0.7, get('pulse')]],
        },
      },
    },
    {
      z: 90,
      layer: {
        id: alertLayer,
        type: 'symbol',
        source: liveSource,
        filter: ofKind('alert'),
        layout: {
          'icon-image': get('icon'),
          'icon-anchor': 'bottom',
          'icon-offset': [0, -14],
          'icon-allow-overlap': true,
          'icon-ignore-placement': true,
          'text-font': labelFont,
          'text-field': get('label'),
          'text-size': 12,
          'text-anchor': 'left',
          'text-offset': [1.4, -2.4],
          'text-justify': 'left',
          'text-max-width': 14,
          'text-optional': true,
        },
        paint: { 'text-color': p.label, 'text-halo-color': p.halo, 'text-halo-width': 1.8 },
      },
    },
  ],

  draw(view) {
    const features: Feature[] = [];
    for (const alert of view.store.alerts.values()) {
      const at = placeOf(alert, view);
      if (!at || !isOpen(alert)) continue;
      const fresh = pulses(alert, view);
      const selected = alert.id === view.selectedAlert;
      const pulse = fresh ? Math.round(beat(view.now - alert.raisedAt) * 20) / 20 : 0;
      const icon = `alert|${alert.severity}|${alert.state}|${selected ? 'selected' : 'plain'}`;
      const label = alert.state === 'new' || selected ? alert.title : '';
      features.push(feature('alert', point(at), { id: alert.id, severity: alert.severity, icon, fresh, pulse, label }));
      if (selected && alert.ellipse && alert.position) {
        features.push(feature('alert-ellipse', polygon(ellipseRing(alert.position, alert.ellipse))));
      }
    }
    return features;
  },

  moving: (view) => [...view.store.alerts.values()].some((a) => pulses(a, view)),
};

function pulses(alert: Alert, view: View): boolean {
  return alert.state === 'new' && view.now - alert.raisedAt < pulseForMs;
}

/** Where an alert is now: its track where one lives, else where it was raised. */
function placeOf(alert: Alert, view: View): Alert['position'] {
  return (alert.trackId ? view.store.tracks.get(alert.trackId)?.position : undefined) ?? alert.position;
}
