import { describe, expect, it } from 'vitest';
import vector from '../../../live/testdata/trackframe.json';
import { DecodeError } from './decode';
import { track } from './model';
import { at, readFrame, timesOf } from './trackframe';
import { TrackTable } from './tracktable';

const bytes = (): Uint8Array => Uint8Array.from(vector.frame.match(/../g)!, (h) => Number.parseInt(h, 16));
const bufferOf = (b: Uint8Array): ArrayBuffer => b.slice().buffer;
const tracks = vector.tracks.map((t) => track(t, 'track'));

/** The tracks as they were told in JSON some time before the frame. */
function before(): TrackTable {
  const table = new TrackTable();
  tracks.forEach((t, i) => table.put({ ...t, position: { lat: 0, lon: 0 }, status: 'tentative', lastSeen: 0, t: 0 }, i + 1));
  return table;
}

describe('a frame of tracks', () => {
  it('that the station encoded says what the station meant', () => {
    const frame = readFrame(bufferOf(bytes()));
    expect([frame.seq, frame.sentMs, frame.count]).toEqual([vector.seq, Date.parse(vector.now), 2]);
    const table = before();
    const moved: number[] = [];
    table.take(frame, (slot) => moved.push(slot));
    expect(moved).toEqual([0, 1]);
    const [first, second] = [table.get('t-1')!, table.get('t-2')!];
    expect(first.position.lat).toBeCloseTo(-35.3630001, 7);
    expect(first.position.lon).toBeCloseTo(149.1651234, 7);
    expect([first.status, first.t, first.lastSeen]).toEqual(['confirmed', tracks[0]!.t, tracks[0]!.lastSeen]);
    expect([first.speed, first.courseDeg].map((v) => v?.toFixed(2))).toEqual(['1.42', '359.99']);
    expect(first.ellipse).toEqual({ semiMajorM: 24.5, semiMinorM: 11, bearingDeg: 70 });
    expect([first.existence, first.classProbabilities]).toEqual([1, { person: 0.8, vehicle: 0.2, animal: 0 }]);
    expect(second.position).toEqual({ lat: 90, lon: -180 });
    expect([second.status, second.speed, second.courseDeg, second.ellipse, second.existence, second.classProbabilities]).toEqual(['coasting', undefined, undefined, undefined, undefined, undefined]);
    expect(second.class).toBe('unknown');
  });

  it('moves the tracks of a table that has become as another was, under the same numbers', () => {
    const table = new TrackTable();
    table.put({ ...tracks[0]!, id: 't-old' }, 9);
    table.become(before());
    expect([...table.values()].map((t) => t.id)).toEqual(['t-1', 't-2']);
    table.take(readFrame(bufferOf(bytes())), () => undefined);
    expect(table.get('t-1')?.position.lat).toBeCloseTo(-35.3630001, 7);
    expect(table.get('t-2')?.status).toBe('coasting');
  });

  it('is refused with what is wrong where it is none', () => {
    const good = bytes();
    const broken: [string, Uint8Array][] = [
      ['nothing', new Uint8Array(0)],
      ['a header cut', good.slice(0, 23)],
      ['a row cut', good.slice(0, -1)],
      ['a byte too many', Uint8Array.from([...good, 0])],
      ['other letters', good.with(0, 0x57)],
      ['another version', good.with(2, 2)],
      ['short rows', good.with(3, 12)],
      ['a count that is not there', good.with(7, 0xff)],
      ['a sequence beyond all numbers', good.with(15, 0xff)],
      ['a time that is none', good.with(22, 0xf8).with(23, 0x7f)],
    ];
    for (const [what, b] of broken) expect(() => readFrame(bufferOf(b)), what).toThrow(DecodeError);
  });

  it('of any bytes is refused, or leaves every track with numbers that can be drawn', () => {
    let seed = 1;
    const random = (): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
    let read = 0;
    const wrong: string[] = [];
    for (let round = 0; round < 2_000; round += 1) {
      const b = bytes();
      for (let n = Math.floor(random() * 6); n >= 0; n -= 1) b[Math.floor(random() * (round % 3 === 0 ? b.length : b.length - 24)) + (round % 3 === 0 ? 0 : 24)] = Math.floor(random() * 256);
      const table = before();
      try {
        table.take(readFrame(bufferOf(round % 5 === 0 ? b.slice(0, Math.floor(random() * b.length)) : b)), () => undefined);
        read += 1;
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
      for (const t of table.values()) {
        const numbers = [t.lastSeen, t.t, t.ellipse?.semiMajorM ?? 0, t.ellipse?.semiMinorM ?? 0, t.speed ?? 0, t.courseDeg ?? 0];
        const placed = Math.abs(t.position.lat) <= 90 && Math.abs(t.position.lon) <= 180;
        if (!placed || !numbers.every(Number.isFinite) || !['tentative', 'confirmed', 'coasting'].includes(t.status)) wrong.push(JSON.stringify(t));
      }
    }
    expect(wrong).toEqual([]);
    expect(read).toBeGreaterThan(500);
  });

  it('has room for members that a newer station appends', () => {
    const good = bytes();
    const longer = new Uint8Array(24 + 2 * 48);
    longer.set(good.slice(0, 24));
    longer[3] = 48;
    for (const i of [0, 1]) longer.set(good.slice(24 + i * 40, 64 + i * 40), 24 + i * 48);
    const table = before();
    table.take(readFrame(bufferOf(longer)), () => undefined);
    expect(table.get('t-2')!.position.lat).toBe(90);
  });
});

describe('the time of a row', () => {
  it('is whole again, also when its low half has just begun anew', () => {
    const sent = 407 * 2 ** 32 + 40;
    for (const t of [sent, sent - 90, sent + 5_000, sent - 3_600_000]) expect(timesOf(sent)(t % 2 ** 32)).toBe(t);
  });
});

describe('the table of tracks', () => {
  const make = (id: string, lon: number): (typeof tracks)[number] => ({ ...tracks[1]!, id, position: { lat: 1, lon } });

  it('keeps numbers, places and names together when tracks end and others come', () => {
    const table = new TrackTable();
    for (let i = 0; i < 200; i += 1) table.put(make(`a-${i}`, i / 2), i + 1);
    for (let i = 0; i < 200; i += 3) table.delete(`a-${i}`);
    table.delete('never there');
    for (let i = 0; i < 50; i += 1) table.put(make(`b-${i}`, -i), 1_000 + i);
    expect(table.size).toBe(200 - 67 + 50);
    for (const t of table.values()) expect(table.get(t.id)!.position.lon).toBe(t.id.startsWith('a') ? Number(t.id.slice(2)) / 2 : -Number(t.id.slice(2)));
    // A row finds the slot that its track has moved to, and a row of one that has ended finds none.
    const frame = bytes();
    new DataView(frame.buffer).setUint32(24 + at.number, 200, true); // a-199
    new DataView(frame.buffer).setUint32(64 + at.number, 1, true); // a-0, which has ended
    const moved: string[] = [];
    table.take(readFrame(bufferOf(frame)), (slot) => moved.push(table.idAt(slot)));
    expect(moved).toEqual(['a-199']);
    expect(table.get('a-199')!.position.lat).toBeCloseTo(-35.3630001, 6);
    table.clear();
    expect([table.size, table.has('b-1'), table.get('b-1')]).toEqual([0, false, undefined]);
  });
});
