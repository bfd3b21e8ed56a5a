/** Heights of items: a number is never shown without what it counts from. */
import type { WireItem } from './draft';
import { texts } from '../../texts';

export type HeightAbove = 'home' | 'sea' | 'terrain';

export interface Height {
  m: number;
  above: HeightAbove;
}

export const abouts: readonly HeightAbove[] = ['home', 'sea', 'terrain'];

export function heightOf(w: WireItem): Height | undefined {
  if (w.altitudeRelative !== undefined) return { m: w.altitudeRelative, above: 'home' };
  if (w.altitudeAMSL !== undefined) return { m: w.altitudeAMSL, above: 'sea' };
  return w.altitudeAGL === undefined ? undefined : { m: w.altitudeAGL, above: 'terrain' };
}

export function heightWords(h: Height | undefined): string {
  return h === undefined ? texts.planItems.noHeight : `${Math.round(h.m * 10) / 10} m ${texts.planItems.above[h.above]}`;
}

/** The item with another height. A frame that was named with the old one would contradict it. */
export function withHeight(w: WireItem, h: Height): WireItem {
  const { altitudeRelative: _r, altitudeAMSL: _s, altitudeAGL: _t, frame: _f, ...rest } = w;
  if (h.above === 'home') return { ...rest, altitudeRelative: h.m };
  return h.above === 'sea' ? { ...rest, altitudeAMSL: h.m } : { ...rest, altitudeAGL: h.m };
}
