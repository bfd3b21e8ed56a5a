/** Vehicles: symbol with heading, label, camera footprint, home, where the camera is told to look, and cues with their line. */
import type { Feature } from 'geojson';
import { quantity } from '../domain/format';
import { offset } from '../domain/geometry';
import type { Cue, LonLat, Vehicle } from '../domain/model';
import { lostFor } from '../domain/words';
import { feature, get, labelFont, line, liveSource, ofKind, point, rounded, type Overlay, type View } from './overlay';

export const vehicleLayer = 'vehicles-symbol';

const velocityForS = 10;

export const vehicles: Overlay = {
  source: liveSource,
  topics: ['vehicles', 'cues'],

  layers: (p) => [
    {
      z: 20,
      layer: {
        id: 'vehicles-footprint-fill',
        type: 'fill',
        source: liveSource,
        filter: ofKind('footprint'),
        paint: { 'fill-color': p.vehicle, 'fill-opacity': ['case', get('selected'), 0.16, 0.07] },
      },
    },
    {
      z: 21,
      layer: {
        id: 'vehicles-footprint',
        type: 'line',
        source: liveSource,
        filter: ofKind('footprint'),
        paint: { 'line-color': p.vehicle, 'line-width': ['case', get('selected'), 1.75, 1], 'line-opacity': 0.85 },
      },
    },
    {
      z: 40,
      layer: {
        id: 'vehicles-look',
        type: 'line',
        source: liveSource,
        filter: ofKind('look'),
        paint: { 'line-color': p.vehicle, 'line-width': 1.25, 'line-dasharray': [1, 2.5] },
      },
    },
    {
      z: 41,
      layer: {
        id: 'vehicles-velocity',
        type: 'line',
        source: liveSource,
        filter: ofKind('velocity'),
        paint: { 'line-color': p.vehicle, 'line-width': 2.25 },
      },
    },
    {
      z: 42,
      layer: {
        id: 'cues-line',
        type: 'line',
        source: liveSource,
        filter: ofKind('cue'),
        paint: { 'line-color': p.cue, 'line-width': ['case', get('decided'), 3, 1.75], 'line-dasharray': [3, 2] },
      },
    },
    {
      z: 60,
      layer: {
        id: 'vehicles-marks',
        type: 'symbol',
        source: liveSource,
        filter: ofKind('mark'),
        layout: { 'icon-image': get('icon'), 'icon-allow-overlap': true, 'icon-ignore-placement': true },
      },
    },
    {
      z: 80,
      layer: {
        id: vehicleLayer,
        type: 'symbol',
        source: liveSource,
        filter: ofKind('vehicle'),
        layout: {
          'icon-image': get('icon'),
          'icon-rotate': get('heading'),
          'icon-rotation-alignment': 'map',
          'icon-allow-overlap': true,
          'icon-ignore-placement': true,
          'text-font': labelFont,
          'text-field': get('label'),
          'text-size': 12,
          'text-anchor': 'bottom',
          'text-offset': [0, -1.7],
          'text-allow-overlap': true,
        },
        paint: {
          'text-color': ['case', get('lost'), p.lost, p.label],
          'text-halo-color': p.halo,
          'text-halo-width': 1.8,
        },
      },
    },
  ],

  draw(view) {
    const features: Feature[] = [];
    for (const vehicle of view.store.vehicles.values()) {
      if (vehicle.home) features.push(feature('mark', point(vehicle.home), { icon: 'home' }));
      if (!vehicle.position) continue;
      features.push(symbolOf(vehicle, view));
      if (vehicle.state === 'live') features.push(...shapesOf(vehicle, view));
    }
    for (const cue of view.store.cues.values()) features.push(...cueShapes(cue, view));
    return features;
  },

  // The age of a lost vehicle counts.
  moving: (view) => [...view.store.vehicles.values()].some((v) => v.state === 'lost'),
};

function symbolOf(vehicle: Vehicle, view: View): Feature {
  const selected = vehicle.id === view.selectedVehicle;
  const lost = vehicle.state === 'lost';
  const height = vehicle.position?.altAGL ?? vehicle.position?.altRelative;
  return feature('vehicle', point(vehicle.position!), {
    id: vehicle.id,
    lost,
    icon: `vehicle|${lost ? 'lost' : 'live'}|${selected ? 'selected' : 'plain'}`,
    heading: Math.round((vehicle.headingDeg ?? 0) / 3) * 3,
    label: lost ? `${vehicle.name}\n${lostFor(vehicle, view.now)}` : `${vehicle.name}\n${quantity(height, 'm')}`,
  });
}

function shapesOf(vehicle: Vehicle, view: View): Feature[] {
  const at: LonLat = [vehicle.position!.lon, vehicle.position!.lat];
  const selected = vehicle.id === view.selectedVehicle;
  const shapes: Feature[] = [];
  if (vehicle.footprint && view.layers.footprints) {
    const coordinates = vehicle.footprint.map((ring) => ring.map(rounded));
    shapes.push(feature('footprint', { type: 'Polygon', coordinates }, { selected }));
  }
  const target = vehicle.gimbal?.target;
  if (target) {
    shapes.push(feature('look', line([at, [target.lon, target.lat]])), feature('mark', point(target), { icon: 'look' }));
  }
  const v = vehicle.velocity;
  const speed = v ? Math.hypot(v.north, v.east) : 0;
  if (v && speed > 0.5) {
    const course = (Math.atan2(v.east, v.north) * 180) / Math.PI;
    shapes.push(feature('velocity', line([at, offset(at, course, speed * velocityForS)])));
  }
  return shapes;
}

function cueShapes(cue: Cue, view: View): Feature[] {
  const decided = cue.state === 'approved' || cue.state === 'active';
  if (!cue.target || !(decided || cue.state === 'proposed')) return [];
  const to: LonLat = [cue.target.lon, cue.target.lat];
  const mark = feature('mark', point(cue.target), { icon: 'target' });
  const from = view.store.vehicles.get(cue.vehicle)?.position;
  return from ? [mark, feature('cue', line([[from.lon, from.lat], to]), { decided })] : [mark];
}
