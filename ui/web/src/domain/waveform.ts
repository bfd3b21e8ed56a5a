/** What a geophone felt around its newest trip, and its shape as a strip of the width of a card. */
import { array, num, object, optional, str, instant, type Decoded } from './decode';

export const waveform = object({
  sensor: str,
  rateHz: num,
  from: instant,
  trip: instant,
  detail: optional(str),
  counts: array(num),
});
export type Waveform = Decoded<typeof waveform>;

export interface Strip {
  /** The least and the greatest of each column, from -1 to 1. */
  columns: [low: number, high: number][];
  /** How far the ground swings to either side of its middle at most, in counts. */
  most: number;
  /** The trip's place along the strip, from 0 to 1. */
  trip: number;
}

/** A waveform around its middle, in so many columns; undefined where it has no samples. */
export function strip({ counts, rateHz, from, trip }: Waveform, columns: number): Strip | undefined {
  if (counts.length === 0 || !(rateHz > 0)) return undefined;
  const middle = [...counts].sort((a, b) => a - b)[counts.length >> 1]!;
  const most = Math.max(1, ...counts.map((c) => Math.abs(c - middle)));
  const wide = Math.min(columns, counts.length);
  const out: [number, number][] = [];
  for (let i = 0; i < wide; i += 1) {
    const part = counts.slice(Math.floor((i * counts.length) / wide), Math.floor(((i + 1) * counts.length) / wide));
    out.push([(Math.min(...part) - middle) / most, (Math.max(...part) - middle) / most]);
  }
  const at = ((trip - from) / 1000) * (rateHz / counts.length);
  return { columns: out, most, trip: Math.min(1, Math.max(0, at)) };
}
