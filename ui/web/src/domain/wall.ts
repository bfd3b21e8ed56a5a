/** Which pictures stand on the video wall: each vehicle's side by side, EO left of thermal, in pages. */
import type { WallSize } from './layout';
import type { Feed } from './model';

/** The order of the wall: by vehicle, masts last, EO before thermal. */
export function wallOrder(feeds: readonly Feed[]): Feed[] {
  const kind = (f: Feed): number => (f.kind === 'eo' ? 0 : 1);
  return [...feeds].sort(
    (a, b) => (a.vehicle ?? Infinity) - (b.vehicle ?? Infinity) || kind(a) - kind(b) || a.id.localeCompare(b.id, undefined, { numeric: true }),
  );
}

/** Places in a row. Four are two by two, so that the pictures of a vehicle share a row; nine are three by three. */
export function wallColumns(size: WallSize): number {
  return Math.sqrt(size);
}

export function wallPages(feeds: number, size: WallSize): number {
  return Math.max(1, Math.ceil(feeds / size));
}

/** The pictures of a page; a page that is no more is the last one. */
export function wallPage(feeds: readonly Feed[], size: WallSize, page: number): Feed[] {
  const at = Math.max(0, Math.min(page, wallPages(feeds.length, size) - 1));
  return wallOrder(feeds).slice(at * size, (at + 1) * size);
}
