/** What lies under a click, and which of several is meant. */

export type Hit = { kind: 'track' | 'alert' | 'sensor'; id: string } | { kind: 'vehicle'; id: number };

/** A symbol that the map has found, and how far from the click its middle is, in pixels. */
export interface Found {
  kind: Hit['kind'];
  id: unknown;
  awayPx: number;
}

/** So much nearer counts; of those about as near, what lies on top comes first. */
const stepPx = 8;
/** Clicks so near each other are at one place. */
const samePx = 10;
/** Two clicks within are one double click, which zooms. */
const doubleMs = 500;

/** Each thing once, the nearest first. */
export function nearestFirst(found: readonly Found[]): Hit[] {
  const steps = (f: Found): number => Math.round(f.awayPx / stepPx);
  const hits = [...found].sort((a, b) => steps(a) - steps(b)).flatMap(({ kind, id }): Hit[] => {
    if (kind === 'vehicle') return typeof id === 'number' ? [{ kind, id }] : [];
    return typeof id === 'string' ? [{ kind, id }] : [];
  });
  return hits.filter((h, i) => hits.findIndex((one) => same(one, h)) === i);
}

function same(a: Hit, b: Hit): boolean {
  return a.kind === b.kind && a.id === b.id;
}

/** Of several at one place each further click takes the next. */
export class Picker {
  private last: { hit: Hit; x: number; y: number; ms: number } | undefined;

  pick(hits: readonly Hit[], { x, y }: { x: number; y: number }, ms: number): Hit | undefined {
    const { last } = this;
    const again = last && Math.hypot(last.x - x, last.y - y) <= samePx;
    if (again && ms - last.ms < doubleMs && hits.length > 0) return last.hit;
    const index = again ? hits.findIndex((h) => same(h, last.hit)) : -1;
    const hit = hits[(index + 1) % hits.length];
    this.last = hit && { hit, x, y, ms };
    return hit;
  }
}
