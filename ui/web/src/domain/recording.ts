/** What was recorded (docs/api.md, Feeds), and where on a player's timeline it lies. No browser in here. */
import { array, bool, instant, num, object, optional, str, type Decoded } from './decode';
import { frameMetadataOf } from './metadata';

export const recording = object({
  name: str,
  feed: str,
  start: instant,
  end: instant,
  bytes: num,
  codec: str,
  width: num,
  height: num,
  open: optional(bool),
});
export type Recording = Decoded<typeof recording>;

export const recordingIndex = object({
  name: str,
  codecs: str,
  headerBytes: num,
  fragments: array(object({ at: num, bytes: num, t: instant, fromS: num, toS: num, key: optional(bool) })),
});
export type RecordingIndex = Decoded<typeof recordingIndex>;

export const recordedMetadata = array(object({ t: instant, ...frameMetadataOf }));
export type RecordedMetadata = Decoded<typeof recordedMetadata>;

/** Files of one feed without a gap between them. */
export interface Run {
  start: number;
  end: number;
  bytes: number;
  files: Recording[];
  /** The last file still grows. */
  open: boolean;
}

/** What lies so close together was recorded in one go. */
const gapMs = 2_000;

/** Puts the files of one feed, the oldest first, together. */
export function runsOf(files: readonly Recording[]): Run[] {
  const runs: Run[] = [];
  for (const f of files) {
    const last = runs.at(-1);
    if (last && f.start - last.end <= gapMs && f.start >= last.start) {
      last.files.push(f);
      last.end = Math.max(last.end, f.end);
      last.bytes += f.bytes;
      last.open = f.open === true;
    } else {
      runs.push({ start: f.start, end: f.end, bytes: f.bytes, files: [f], open: f.open === true });
    }
  }
  return runs;
}

/** The file that holds an instant, else the first one after it, else the last. */
export function fileAt(files: readonly Recording[], ms: number): number {
  const holding = files.findLastIndex((f) => f.start <= ms && ms < f.end);
  if (holding >= 0) return holding;
  const after = files.findIndex((f) => f.start > ms);
  return after >= 0 ? after : files.length - 1;
}

/** The fragment to begin with to show a second of a file: the last one before it that begins with a key picture. */
export function fragmentFor(index: RecordingIndex, second: number): number {
  const at = index.fragments.findLastIndex((f) => f.key === true && f.fromS <= second + 0.001);
  return Math.max(0, at);
}

/** When what is shown at a second of a file was taken. */
export function takenAt(index: RecordingIndex, second: number): number | undefined {
  const f = index.fragments.findLast((p) => p.fromS <= second + 0.001) ?? index.fragments[0];
  return f && f.t + (second - f.fromS) * 1000;
}

/** What the metadata says of an instant: the newest that is not of later. */
export function metadataAt(all: RecordedMetadata, ms: number): RecordedMetadata[number] | undefined {
  return all.findLast((m) => m.t <= ms + 50);
}
