/** What can be taken hold of on the map, by mouse, finger or key: places with an id, and what their moving or removing means. */
import { distanceM, offset } from '../geometry';
import type { Place } from '../place';
import type { Draft } from './draft';
import { changeItem, removeItem } from './edit';
import { itemWords } from './itemwords';
import { texts } from '../../texts';

const words = texts.planHandles;

export interface Handle {
  /** 'item:3', 'corner:5:0', 'circle:7', 'radius:7', 'rally:9', 'return', 'sketch:2'. */
  id: string;
  at: Place;
  /** What stands on it. */
  mark: string;
  /** What it is, for screen readers and the tooltip. */
  label: string;
  kind: 'item' | 'corner' | 'circle' | 'radius' | 'rally' | 'sketch';
}

export function handles(d: Draft): Handle[] {
  const all: Handle[] = [];
  d.items.forEach(({ key, wire }, i) => {
    if (wire.lat === undefined || wire.lon === undefined) return;
    all.push({ id: `item:${key}`, at: { lat: wire.lat, lon: wire.lon }, mark: `${i + 1}`, label: words.item(i + 1, itemWords(wire)), kind: 'item' });
  });
  d.polygons.forEach((p, n) =>
    p.points.forEach((at, i) => all.push({ id: `corner:${p.key}:${i}`, at, mark: '', label: words.corner(n + 1, i + 1), kind: 'corner' })),
  );
  d.circles.forEach((c, n) => {
    const [lon, lat] = offset([c.center.lon, c.center.lat], 90, c.radiusM);
    all.push({ id: `circle:${c.key}`, at: c.center, mark: '○', label: words.circle(n + 1), kind: 'circle' });
    all.push({ id: `radius:${c.key}`, at: { lat, lon }, mark: '', label: words.radius(n + 1, Math.round(c.radiusM)), kind: 'radius' });
  });
  d.rally.forEach((r, i) => all.push({ id: `rally:${r.key}`, at: r, mark: `R${i + 1}`, label: words.rally(i + 1, r.altitudeRelative), kind: 'rally' }));
  if (d.returnPoint) all.push({ id: 'return', at: d.returnPoint, mark: 'B', label: words.afterBreach, kind: 'rally' });
  const { sketch } = d;
  sketch?.points.forEach((at, i) => all.push({ id: `sketch:${i}`, at, mark: '', label: words[sketch.kind](i + 1), kind: 'sketch' }));
  return all;
}

export function moveHandle(d: Draft, id: string, to: Place): Draft {
  const [kind, a, b] = id.split(':');
  const key = Number(a);
  const at = normal(to);
  switch (kind) {
    case 'item':
      return changeItem(d, key, (w) => ({ ...w, lat: at.lat, lon: at.lon }));
    case 'corner':
      return { ...d, polygons: d.polygons.map((p) => (p.key === key ? { ...p, points: p.points.map((q, i) => (i === Number(b) ? at : q)) } : p)) };
    case 'circle':
      return { ...d, circles: d.circles.map((c) => (c.key === key ? { ...c, center: at } : c)) };
    case 'radius':
      return { ...d, circles: d.circles.map((c) => (c.key === key ? { ...c, radiusM: radius(c.center, at) } : c)) };
    case 'rally':
      return { ...d, rally: d.rally.map((r) => (r.key === key ? { ...r, ...at } : r)) };
    case 'return':
      return d.returnPoint ? { ...d, returnPoint: { ...d.returnPoint, ...at } } : d;
    case 'sketch':
      return d.sketch ? { ...d, sketch: { ...d.sketch, points: d.sketch.points.map((q, i) => (i === key ? at : q)) } } : d;
    default:
      return d;
  }
}

export function removeHandle(d: Draft, id: string): Draft {
  const [kind, a, b] = id.split(':');
  const key = Number(a);
  switch (kind) {
    case 'item':
      return removeItem(d, key);
    case 'corner':
      // An area of two corners is none.
      return {
        ...d,
        polygons: d.polygons
          .map((p) => (p.key === key ? { ...p, points: p.points.filter((_, i) => i !== Number(b)) } : p))
          .filter((p) => p.points.length > 2),
      };
    case 'polygon':
      return { ...d, polygons: d.polygons.filter((p) => p.key !== key) };
    case 'circle':
    case 'radius':
      return { ...d, circles: d.circles.filter((c) => c.key !== key) };
    case 'rally':
      return { ...d, rally: d.rally.filter((r) => r.key !== key) };
    case 'return':
      return { ...d, returnPoint: undefined };
    case 'sketch': {
      const points = d.sketch?.points.filter((_, i) => i !== key) ?? [];
      return { ...d, sketch: d.sketch && points.length > 0 ? { ...d.sketch, points } : undefined };
    }
    default:
      return d;
  }
}

/** A place some metres away, for the arrow keys. */
export function nudged(at: Place, bearingDeg: number, metres: number): Place {
  const [lon, lat] = offset([at.lon, at.lat], bearingDeg, metres);
  return normal({ lat, lon });
}

/** On the globe: a map that was turned past the date line gives longitudes beyond 180°. Rounded to a centimetre. */
export function normal(at: Place): Place {
  const lon = ((((at.lon + 180) % 360) + 360) % 360) - 180;
  return { lat: round7(Math.max(-90, Math.min(90, at.lat))), lon: round7(lon) };
}

function round7(v: number): number {
  return Math.round(v * 1e7) / 1e7;
}

function radius(center: Place, at: Place): number {
  return Math.max(1, Math.round(distanceM([center.lon, center.lat], [center.lon + shortWay(at.lon - center.lon), at.lat])));
}

/** A difference of longitudes the short way around. */
export function shortWay(deg: number): number {
  return ((((deg + 180) % 360) + 360) % 360) - 180;
}
