/** Ground sensors: a symbol by kind and state, beams as lines, fields of view as sectors, and ten seconds of pulse after a trip. */
import type { Feature } from 'geojson';
import { sectorRing } from '../domain/geometry';
import type { LonLat, Sensor } from '../domain/model';
import { beat, feature, get, labelFont, line, liveSource, ofKind, point, polygon, type Overlay, type View } from './overlay';

export const sensorLayer = 'sensors-symbol';

/** How long a trip shows. */
export const tripShownMs = 10_000;

export const sensors: Overlay = {
  source: liveSource,
  topics: ['sensors'],

  layers: (p) => [
    {
      z: 10,
      layer: {
        id: 'sensors-field',
        type: 'fill',
        source: liveSource,
        filter: ofKind('field'),
        paint: { 'fill-color': ['case', get('tripped'), p.trip, p.sensor], 'fill-opacity': ['case', get('tripped'), 0.4, 0.1] },
      },
    },
    {
      z: 11,
      layer: {
        id: 'sensors-beam',
        type: 'line',
        source: liveSource,
        filter: ofKind('beam'),
        paint: {
          'line-color': ['case', get('tripped'), p.trip, p.sensor],
          'line-width': ['case', get('tripped'), 3.5, 1.5],
          'line-dasharray': [2, 1],
        },
      },
    },
    {
      z: 50,
      layer: {
        id: 'sensors-pulse',
        type: 'circle',
        source: liveSource,
        filter: ['all', ofKind('sensor'), get('tripped')],
        paint: {
          'circle-radius': ['+', 11, ['*', 16, get('pulse')]],
          'circle-color': p.trip,
          'circle-opacity': 0.14,
          'circle-stroke-color': p.trip,
          'circle-stroke-width': 2.5,
          'circle-stroke-opacity': ['-', 1, ['*', 0.7, get('pulse')]],
        },
      },
    },
    {
      z: 49,
      layer: {
        id: 'sensors-selected',
        type: 'circle',
        source: liveSource,
        filter: ['all', ofKind('sensor'), get('selected')],
        paint: { 'circle-radius': 17, 'circle-color': 'transparent', 'circle-stroke-color': p.label, 'circle-stroke-width': 2 },
      },
    },
    {
      z: 51,
      layer: {
        id: sensorLayer,
        type: 'symbol',
        source: liveSource,
        filter: ofKind('sensor'),
        layout: {
          'icon-image': get('icon'),
          'icon-allow-overlap': true,
          'icon-ignore-placement': true,
          'icon-size': ['interpolate', ['linear'], ['zoom'], 11, 0.6, 14, 1],
          'text-font': labelFont,
          'text-field': ['step', ['zoom'], '', 14.2, get('id')],
          'text-size': 10.5,
          'text-anchor': 'top',
          'text-offset': [0, 1.15],
          'text-optional': true,
        },
        paint: { 'text-color': p.sensor, 'text-halo-color': p.halo, 'text-halo-width': 1.4 },
      },
    },
  ],

  draw(view) {
    const features: Feature[] = [];
    for (const sensor of view.store.sensors.values()) {
      if (!sensor.position) continue;
      const sinceTrip = sinceTripMs(sensor, view);
      const tripped = sinceTrip < tripShownMs;
      const pulse = tripped ? Math.round(beat(sinceTrip) * 20) / 20 : 0;
      const icon = `sensor|${sensor.kind}|${sensor.state}|${tripped ? 'tripped' : 'quiet'}`;
      features.push(feature('sensor', point(sensor.position), { id: sensor.id, icon, tripped, pulse, selected: sensor.id === view.selectedSensor }));
      features.push(...shapesOf(sensor, tripped, view.layers.coverage));
    }
    return features;
  },

  moving: (view) => [...view.store.sensors.values()].some((s) => sinceTripMs(s, view) < tripShownMs + 1_000),
};

function sinceTripMs(sensor: Sensor, view: View): number {
  return sensor.lastTrip === undefined ? Infinity : view.now - sensor.lastTrip;
}

function shapesOf(sensor: Sensor, tripped: boolean, coverage: boolean): Feature[] {
  if (sensor.line && sensor.line.length > 1) {
    const points = sensor.line.map((p): LonLat => [p.lon, p.lat]);
    return [feature('beam', line(points), { tripped })];
  }
  if (!coverage || !sensor.position || sensor.rangeM === undefined) return [];
  // A geophone hears all around; what is silent covers nothing.
  const fov = sensor.kind === 'seismic' ? 360 : sensor.fovDeg;
  if (fov === undefined || sensor.state === 'silent') return [];
  const ring = sectorRing(sensor.position, sensor.azimuthDeg ?? 0, fov, sensor.rangeM);
  return [feature('field', polygon(ring), { tripped })];
}
