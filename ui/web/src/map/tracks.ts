/**
 * Tracks: symbol, 95 % ellipse, course, trail and label. By the thousand they are
 * drawn by trackcloud.ts, and here only the selected one.
 */
import type { Feature } from 'geojson';
import { ellipseRing, offset } from '../domain/geometry';
import { span } from '../domain/format';
import type { LonLat, Track } from '../domain/model';
import { crowd } from './trackcloud';
import { chooseSidc } from '../domain/sidc';
import { className } from '../domain/words';
import { feature, get, labelFont, line, liveSource, ofKind, point, polygon, type Overlay, type View } from './overlay';

/** The layer whose rendered features are the tracks. */
export const trackLayer = 'tracks-symbol';

const courseForS = 30;
const opacity: Record<Track['status'], number> = { confirmed: 1, tentative: 0.7, coasting: 0.5 };

export const tracks: Overlay = {
  source: liveSource,
  topics: ['tracks'],

  layers: (p) => [
    {
      z: 30,
      layer: {
        id: 'tracks-ellipse-fill',
        type: 'fill',
        source: liveSource,
        filter: ofKind('track-ellipse'),
        paint: { 'fill-color': p.track, 'fill-opacity': ['case', get('selected'), 0.22, 0.1] },
      },
    },
    {
      z: 31,
      layer: {
        id: 'tracks-ellipse',
        type: 'line',
        source: liveSource,
        filter: ofKind('track-ellipse'),
        paint: { 'line-color': p.track, 'line-width': ['case', get('selected'), 2, 1.25], 'line-opacity': get('opacity') },
      },
    },
    {
      z: 32,
      layer: {
        id: 'tracks-trail',
        type: 'line',
        source: liveSource,
        filter: ofKind('track-trail'),
        paint: { 'line-color': p.track, 'line-width': 1.5, 'line-opacity': 0.65, 'line-dasharray': [1, 1.6] },
      },
    },
    {
      z: 33,
      layer: {
        id: 'tracks-course',
        type: 'line',
        source: liveSource,
        filter: ofKind('track-course'),
        paint: { 'line-color': p.track, 'line-width': 2.25 },
      },
    },
    {
      z: 70,
      layer: {
        id: 'tracks-selected',
        type: 'circle',
        source: liveSource,
        filter: ['all', ofKind('track'), get('selected')],
        paint: { 'circle-radius': 21, 'circle-color': 'transparent', 'circle-stroke-color': p.label, 'circle-stroke-width': 2 },
      },
    },
    {
      z: 71,
      layer: {
        id: trackLayer,
        type: 'symbol',
        source: liveSource,
        filter: ofKind('track'),
        layout: {
          'icon-image': get('icon'),
          'icon-allow-overlap': true,
          'text-font': labelFont,
          'text-field': get('label'),
          'text-size': 12,
          'text-variable-anchor': ['left', 'right', 'top'],
          'text-radial-offset': 1.7,
          'text-justify': 'auto',
          'text-optional': true,
        },
        paint: {
          'icon-opacity': get('opacity'),
          'text-color': p.label,
          'text-halo-color': p.halo,
          'text-halo-width': 1.6,
        },
      },
    },
  ],

  draw(view) {
    const features: Feature[] = [];
    for (const track of drawn(view)) {
      const common = { id: track.id, selected: track.id === view.selectedTrack, opacity: opacity[track.status] };
      const icon = `symbol|${chooseSidc(track.sidc, track.class)}`;
      features.push(feature('track', point(track.position), { ...common, icon, label: label(track, view.now) }));
      features.push(...shapesOf(track, view, common));
    }
    return features;
  },

  // Labels count seconds.
  moving: (view) => view.store.tracks.size > 0 && view.store.tracks.size <= crowd,
};

/** In a crowd trackcloud.ts draws all but the selected one. */
function drawn({ store, selectedTrack }: View): Iterable<Track> {
  if (store.tracks.size <= crowd) return store.tracks.values();
  const selected = selectedTrack === undefined ? undefined : store.tracks.get(selectedTrack);
  return selected ? [selected] : [];
}

function label(track: Track, now: number): string {
  const sure = track.classProbabilities?.[track.class];
  const name = className(track.class) + (sure === undefined ? '' : ` ${Math.round(sure * 100)} %`);
  return `${name}\n${track.id} · ${span(now - track.lastSeen)}`;
}

function shapesOf(track: Track, view: View, common: Record<string, string | number | boolean>): Feature[] {
  const at: LonLat = [track.position.lon, track.position.lat];
  const shapes: Feature[] = [];
  if (track.ellipse && (view.layers.ellipses || common['selected'] === true)) shapes.push(feature('track-ellipse', polygon(ellipseRing(track.position, track.ellipse)), common));
  const since = (track.t ?? track.lastSeen) - view.trailMs;
  const trail = view.store.trails.get(track.id)?.since(since) ?? [];
  if (trail.length > 0) shapes.push(feature('track-trail', line([...trail, at]), common));
  if (track.speed !== undefined && track.courseDeg !== undefined && track.speed > 0.3) {
    const ahead = offset(at, track.courseDeg, track.speed * courseForS);
    shapes.push(feature('track-course', line([at, ahead]), common));
  }
  return shapes;
}
