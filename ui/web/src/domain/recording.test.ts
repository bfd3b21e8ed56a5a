import { describe, expect, it } from 'vitest';
import { fileAt, fragmentFor, metadataAt, recordedMetadata, runsOf, takenAt, type Recording, type RecordingIndex } from './recording';

const file = (start: number, end: number, open?: boolean): Recording => ({
  name: `1-eo_${start}`,
  feed: '1-eo',
  start,
  end,
  bytes: 100,
  codec: 'H264',
  width: 640,
  height: 512,
  ...(open ? { open } : {}),
});

const index: RecordingIndex = {
  name: '1-eo_0',
  codecs: 'avc1.42C01F',
  headerBytes: 9000,
  fragments: [
    { at: 9000, bytes: 10, t: 50_000, fromS: 0, toS: 1, key: true },
    { at: 9010, bytes: 10, t: 51_000, fromS: 1, toS: 2 },
    { at: 9020, bytes: 10, t: 52_004, fromS: 2, toS: 3, key: true },
  ],
};

describe('recordings', () => {
  const files = [file(0, 60_000), file(60_010, 120_000), file(500_000, 560_000, true)];

  it('are one run where no gap is between them', () => {
    const runs = runsOf(files);
    expect(runs.map((r) => [r.start, r.end, r.files.length, r.bytes, r.open])).toEqual([
      [0, 120_000, 2, 200, false],
      [500_000, 560_000, 1, 100, true],
    ]);
    expect(runsOf([])).toEqual([]);
  });

  it('have a file for each instant, the next one in a gap, and the last after the end', () => {
    expect([0, 59_999, 60_000, 119_000, 300_000, 900_000].map((ms) => fileAt(files, ms))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(fileAt([], 5)).toBe(-1);
  });

  it('are played from the key picture before the second', () => {
    expect([0, 0.5, 1.5, 1.9995, 2.7, 9].map((s) => fragmentFor(index, s))).toEqual([0, 0, 0, 2, 2, 2]);
  });

  it('tell when what is shown was taken, by the fragment that it is of', () => {
    expect(takenAt(index, 1.25)).toBe(51_250);
    expect(takenAt(index, 2.5)).toBe(52_504);
    expect(takenAt({ ...index, fragments: [] }, 1)).toBeUndefined();
  });

  it('have the metadata of the instant that is shown', () => {
    const t = (ms: number) => new Date(ms).toISOString();
    const all = recordedMetadata([{ t: t(1000), platform: 'a' }, { t: t(2000), platform: 'b' }], 'metadata');
    expect(metadataAt(all, 1990)?.platform).toBe('b');
    expect(metadataAt(all, 1500)?.platform).toBe('a');
    expect(metadataAt(all, 500)).toBeUndefined();
  });
});
