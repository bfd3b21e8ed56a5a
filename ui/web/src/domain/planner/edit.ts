/** Changes to a draft: each takes one and gives another. */
import type { Place } from '../place';
import type { Draft, Item, WireItem } from './draft';
import { withHeight, type Height } from './height';

const jump = 'jump';

/** Jumps name items by number. Whatever is added, moved or removed, a jump still leads to the item that it led to. */
function retarget(before: readonly Item[], after: readonly Item[]): Item[] {
  return after.map((item) => {
    const target = item.wire.params?.[0];
    if (item.wire.command !== jump || typeof target !== 'number' || !before.some((i) => i.key === item.key)) return item;
    const key = before[target - 1]?.key;
    const number = after.findIndex((i) => i.key === key) + 1;
    // The item that it led to is gone: it says so by leading nowhere, which the check reports.
    if (number === target) return item;
    return { ...item, wire: { ...item.wire, params: [number, ...(item.wire.params ?? []).slice(1)] } };
  });
}

function withItems(d: Draft, items: readonly Item[], next = d.next): Draft {
  return { ...d, items: retarget(d.items, items), next };
}

/** Puts items after the one with this key, or at the end. */
export function addItems(d: Draft, wires: readonly WireItem[], after?: number): Draft {
  let next = d.next;
  const made = wires.map((wire) => ({ key: next++, wire }));
  const index = d.items.findIndex((i) => i.key === after);
  const at = index < 0 ? d.items.length : index + 1;
  return withItems(d, [...d.items.slice(0, at), ...made, ...d.items.slice(at)], next);
}

export function waypoint(at: Place, height: Height): WireItem {
  return withHeight({ command: 'waypoint', lat: at.lat, lon: at.lon }, height);
}

/** Turns an item into another command and gives it what that needs; a place and height that it has stay. */
export function withCommand(w: WireItem, command: string, at: Place, height: Height): WireItem {
  const { params: _p, holdS: _h, commandId: _c, command: _n, ...rest } = w;
  const placed = withHeight({ ...rest, command, lat: rest.lat ?? at.lat, lon: rest.lon ?? at.lon }, height);
  switch (command) {
    case 'return':
      return { command };
    case 'takeoff': {
      const { lat: _lat, lon: _lon, ...here } = placed;
      return here;
    }
    case 'loiterTime':
      return { ...placed, params: [20, 0, 0, 0] };
    case 'loiterTurns':
      return { ...placed, params: [1, 0, 50, 0] };
    default:
      return placed;
  }
}

export function changeItem(d: Draft, key: number, change: (w: WireItem) => WireItem): Draft {
  return { ...d, items: d.items.map((i) => (i.key === key ? { ...i, wire: change(i.wire) } : i)) };
}

export function removeItem(d: Draft, key: number): Draft {
  return withItems(d, d.items.filter((i) => i.key !== key));
}

/** Moves an item up (negative) or down in the order. */
export function shiftItem(d: Draft, key: number, by: number): Draft {
  const from = d.items.findIndex((i) => i.key === key);
  return from < 0 ? d : placeItem(d, key, from + by);
}

/** Makes an item the one with this index, from 0. */
export function placeItem(d: Draft, key: number, index: number): Draft {
  const from = d.items.findIndex((i) => i.key === key);
  const to = Math.max(0, Math.min(d.items.length - 1, index));
  if (from < 0 || from === to) return d;
  const items = d.items.filter((i) => i.key !== key);
  items.splice(to, 0, d.items[from]!);
  return withItems(d, items);
}

export function addRally(d: Draft, at: Place, altitudeRelative: number): Draft {
  return { ...d, rally: [...d.rally, { ...at, altitudeRelative, key: d.next }], next: d.next + 1 };
}

export function addCircle(d: Draft, center: Place, radiusM: number, inclusion: boolean): Draft {
  return { ...d, circles: [...d.circles, { center, radiusM, inclusion, key: d.next }], next: d.next + 1 };
}

export function addPolygon(d: Draft, points: readonly Place[], inclusion: boolean): Draft {
  return { ...d, polygons: [...d.polygons, { inclusion, points: [...points], key: d.next }], next: d.next + 1 };
}

/** Adds a corner to what is being sketched; another kind begins anew. */
export function sketchAt(d: Draft, kind: 'area' | 'line', at: Place): Draft {
  const points = d.sketch?.kind === kind ? d.sketch.points : [];
  return { ...d, sketch: { kind, points: [...points, at] } };
}

/** Makes a sketched area a part of the fence. */
export function fenceOfSketch(d: Draft, inclusion: boolean): Draft {
  if (d.sketch?.kind !== 'area' || d.sketch.points.length < 3) return d;
  return { ...addPolygon(d, d.sketch.points, inclusion), sketch: undefined };
}
