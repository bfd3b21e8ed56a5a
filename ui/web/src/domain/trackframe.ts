/** Tracks in binary, as docs/api.md has it: the header of a frame, and where in its rows each member is. */
import { DecodeError } from './decode';

const headerBytes = 24;
const leastRowBytes = 40;
const knownVersion = 1;

export const flag = { course: 1, speed: 2, ellipse: 4, existence: 8, classes: 16 } as const;

/** Where a member is in a row, in bytes. */
export const at = { number: 0, lat: 4, lon: 8, t: 12, lastSeen: 16, major: 20, minor: 24, bearing: 28, course: 30, speed: 32, status: 34, flags: 35, existence: 36, classes: 37 } as const;

export interface TrackFrame {
  seq: number;
  /** When it was sent, in ms; the times of rows are the low halves of numbers near it. */
  sentMs: number;
  count: number;
  rowBytes: number;
  /** The rows alone. */
  rows: DataView;
}

/** Reads a frame's header and holds its length to it; what is not a frame throws a DecodeError. */
export function readFrame(data: ArrayBuffer): TrackFrame {
  const bad = (expected: string, value: unknown): never => {
    throw new DecodeError('track frame', expected, value);
  };
  if (data.byteLength < headerBytes) bad(`at least ${headerBytes} bytes`, data.byteLength);
  const view = new DataView(data);
  if (view.getUint8(0) !== 0x56 || view.getUint8(1) !== 0x54) bad("the letters 'VT'", [view.getUint8(0), view.getUint8(1)]);
  if (view.getUint8(2) !== knownVersion) bad(`version ${knownVersion}`, view.getUint8(2));
  // A newer station may append members to its rows.
  const rowBytes = view.getUint8(3);
  if (rowBytes < leastRowBytes) bad(`rows of at least ${leastRowBytes} bytes`, rowBytes);
  const count = view.getUint32(4, true);
  if (data.byteLength !== headerBytes + count * rowBytes) bad(`${count} rows of ${rowBytes} bytes`, data.byteLength);
  const seq = Number(view.getBigUint64(8, true));
  const sentMs = view.getFloat64(16, true);
  if (!Number.isSafeInteger(seq)) bad('a number in the sequence', String(seq));
  if (!Number.isFinite(sentMs) || Math.abs(sentMs) > 8.64e15) bad('a time', String(sentMs));
  return { seq, sentMs, count, rowBytes, rows: new DataView(data, headerBytes) };
}

/** The whole times whose low halves the rows of a frame have: those nearest to when it was sent. */
export function timesOf(sentMs: number): (low: number) => number {
  const sent = Math.trunc(sentMs);
  const sentLow = sent % 2 ** 32;
  return (low) => sent + ((low - sentLow) | 0);
}
