/** The lists of the selected vehicle: its mission as a path with numbers, its fence, and its rally points. */
import type { Feature } from 'geojson';
import { sectorRing } from '../domain/geometry';
import type { LonLat } from '../domain/model';
import { stops, type FencePlan, type MissionPlan, type RallyPlan } from '../domain/plan';
import { feature, get, labelFont, line, ofKind, point, polygon, type Overlay } from './overlay';
import { texts } from '../texts';

const source = 'plans';

export const plans: Overlay = {
  source,
  topics: ['plans', 'vehicles'],

  layers: (p) => [
    {
      z: 7,
      layer: {
        id: 'plans-keepout',
        type: 'fill',
        source,
        filter: ['all', ofKind('fence'), ['!', get('inclusion')]],
        paint: { 'fill-color': p.nofly, 'fill-opacity': 0.1 },
      },
    },
    {
      z: 8,
      layer: {
        id: 'plans-fence',
        type: 'line',
        source,
        filter: ['all', ofKind('fence'), get('inclusion')],
        paint: { 'line-color': p.area, 'line-width': 2.5, 'line-dasharray': [6, 2] },
      },
    },
    {
      z: 9,
      layer: {
        id: 'plans-keepout-line',
        type: 'line',
        source,
        filter: ['all', ofKind('fence'), ['!', get('inclusion')]],
        paint: { 'line-color': p.nofly, 'line-width': 2.5, 'line-dasharray': [2, 1.5] },
      },
    },
    {
      z: 10,
      layer: {
        id: 'plans-fence-name',
        type: 'symbol',
        source,
        filter: ofKind('fence'),
        layout: { 'symbol-placement': 'line', 'text-font': labelFont, 'text-field': get('name'), 'text-size': 11, 'text-offset': [0, -0.9] },
        paint: {
          'text-color': ['case', get('inclusion'), p.area, p.nofly],
          'text-halo-color': p.halo,
          'text-halo-width': 1.6,
        },
      },
    },
    {
      z: 35,
      layer: {
        id: 'plans-path-casing',
        type: 'line',
        source,
        filter: ofKind('path'),
        paint: { 'line-color': p.halo, 'line-width': 4.5, 'line-opacity': 0.6 },
      },
    },
    {
      z: 36,
      layer: { id: 'plans-path', type: 'line', source, filter: ofKind('path'), paint: { 'line-color': p.vehicle, 'line-width': 1.75 } },
    },
    {
      z: 37,
      layer: {
        id: 'plans-marks',
        type: 'symbol',
        source,
        filter: ofKind('planMark'),
        layout: {
          'icon-image': get('icon'),
          'icon-allow-overlap': true,
          'icon-ignore-placement': true,
          'text-font': labelFont,
          'text-field': get('label'),
          'text-size': 11,
          'text-anchor': 'left',
          'text-offset': [0.9, 0],
          'text-optional': true,
        },
        paint: { 'text-color': p.vehicle, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
      },
    },
  ],

  draw(view) {
    const id = view.selectedVehicle;
    const held = id === undefined ? undefined : view.store.plans.get(id);
    if (id === undefined || !held || !view.layers.plans) return [];
    const current = view.store.vehicles.get(id)?.mission?.current;
    return [
      ...(held.fence ? fenceShapes(held.fence) : []),
      ...(held.mission ? missionShapes(held.mission, current) : []),
      ...(held.rally ? rallyMarks(held.rally) : []),
    ];
  },

  moving: () => false,
};

function missionShapes(mission: MissionPlan, current: number | undefined): Feature[] {
  const at = stops(mission);
  const marks = at.map((s) =>
    feature('planMark', point(s), { icon: `stop|${s.number === current ? 'current' : 'plain'}`, label: s.words }),
  );
  return at.length > 1 ? [feature('path', line(at.map((s): LonLat => [s.lon, s.lat]))), ...marks] : marks;
}

function fenceShapes(fence: FencePlan): Feature[] {
  const name = (inclusion: boolean): string => (inclusion ? texts.mapMarks.stayInside : texts.mapMarks.keepOut);
  const shapes: Feature[] = [];
  for (const p of fence.polygons) {
    const ring = p.points.map((q): LonLat => [q.lon, q.lat]);
    if (ring.length >= 3) {
      shapes.push(feature('fence', polygon([...ring, ring[0]!]), { inclusion: p.inclusion, name: name(p.inclusion) }));
    }
  }
  for (const c of fence.circles) {
    shapes.push(feature('fence', polygon(sectorRing(c.center, 0, 360, c.radiusM, 48)), { inclusion: c.inclusion, name: name(c.inclusion) }));
  }
  if (fence.returnPoint) shapes.push(feature('planMark', point(fence.returnPoint), { icon: 'rally', label: texts.mapMarks.afterBreach }));
  return shapes;
}

function rallyMarks(rally: RallyPlan): Feature[] {
  return rally.points.map((p, i) => {
    const height = p.altitudeRelative === undefined ? '' : ` · ${Math.round(p.altitudeRelative)} m`;
    return feature('planMark', point(p), { icon: 'rally', label: `${texts.mapMarks.rally(i + 1)}${height}` });
  });
}
