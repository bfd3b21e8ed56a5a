import { describe, expect, it } from 'vitest';
import { adoptionOf, configEntry, crosses, draftOf, entryOf, lacking, newZone, overDateLine, placed, sketchOf, without, type ConfigEntry, type SensorDraft, type Stranger, type ZoneDraft } from './site';

const at = (lat: number, lon: number): { lat: number; lon: number } => ({ lat, lon });
const stranger: Stranger = { id: 's-99', gateway: 'north', protocol: 'vedette-line', likely: 'seismic', firstSeen: 0, lastSeen: 1, messages: 2, trips: 1 };

function sensorEntry(now: Record<string, unknown>): ConfigEntry {
  return { section: 'sensors', id: 's-01', state: 'file', now, revision: 'r1' };
}

function zoneEntry(now: Record<string, unknown>): ConfigEntry {
  return { section: 'zones', id: 'z', state: 'file', now, revision: 'r1' };
}

describe('a sensor', () => {
  it('is adopted as what it is likely, and lacks its place', () => {
    const d = adoptionOf(stranger, new Set());
    expect(d).toMatchObject({ id: 's-99', kind: 'seismic', gateway: 'north', revision: 'none' });
    expect(lacking(d)).toEqual(['A point is missing: click on the map.']);
    expect(entryOf(placed(d, at(-35.361234567, 149.16)))).toEqual({ kind: 'seismic', position: at(-35.3612346, 149.16), gateway: 'north' });
  });

  it('gets a free name where its sender has none', () => {
    const d = adoptionOf({ ...stranger, id: '10.0.0.7', address: '10.0.0.7' }, new Set(['g-01', 'g-02']));
    expect([d.id, entryOf(d)['address']]).toEqual(['g-03', '10.0.0.7']);
  });

  it('is moved by each click', () => {
    const d = draftOf(sensorEntry({ id: 's-01', kind: 'seismic', position: at(1, 2), gateway: 'north', silentAfter: '5m0s' })) as SensorDraft;
    const moved = placed(d, at(3, 4));
    expect(entryOf(moved)).toEqual({ kind: 'seismic', position: at(3, 4), gateway: 'north', silentAfter: '5m0s' });
    expect(moved.revision).toBe('r1');
  });

  it('of the kind PIR wants its sector, and a beam two ends', () => {
    const pir = { ...(draftOf(sensorEntry({ kind: 'pir', position: at(1, 2), gateway: 'n' })) as SensorDraft) };
    expect(lacking(pir)).toEqual(['A PIR needs the middle and the width of its sector.']);
    expect(lacking({ ...pir, azimuthDeg: 90, fovDeg: 60 })).toEqual([]);
    const beam = { ...pir, kind: 'beam' as const };
    expect(lacking(beam)).toEqual(['A point is missing.']);
    const two = placed(beam, at(1, 2.001));
    expect([lacking(two), entryOf(two)['line'], entryOf(two)['position']]).toEqual([[], [at(1, 2), at(1, 2.001)], undefined]);
    expect(entryOf({ ...pir, kind: 'seismic', azimuthDeg: 90 })['azimuthDeg']).toBeUndefined();
  });

  it('shows its reach', () => {
    const d = { ...adoptionOf(stranger, new Set()), points: [at(1, 2)] };
    expect(sketchOf(d).reach.length).toBeGreaterThan(8);
    expect(sketchOf({ ...d, kind: 'pir' }).reach).toEqual([]);
    expect(sketchOf({ ...d, kind: 'beam' }).line).toEqual([[2, 1]]);
  });
});

describe('a zone', () => {
  const square = [at(0, 0), at(0, 1), at(1, 1), at(1, 0)];

  it('is drawn by clicks, and closes by itself', () => {
    let d: ReturnType<typeof placed> = newZone(new Set(['zone-1']));
    for (const p of square) d = placed(d, p);
    expect(d.id).toBe('zone-2');
    expect(lacking(d)).toEqual([]);
    expect(entryOf(d)).toEqual({ kind: 'area', points: square });
    expect(sketchOf(d).line).toHaveLength(5);
  });

  it('has points that are moved, added between others and taken away', () => {
    const d: ZoneDraft = { ...newZone(new Set()), points: square };
    expect(placed(d, at(5, 5), { at: 1, add: false }).points).toEqual([square[0], at(5, 5), square[2], square[3]]);
    expect(placed(d, at(5, 5), { at: 1, add: true }).points).toHaveLength(5);
    expect(without(d, 0).points).toEqual(square.slice(1));
  });

  it('that crosses itself or the date line is not sent', () => {
    const d: ZoneDraft = { ...newZone(new Set()), points: [at(0, 0), at(1, 1), at(0, 1), at(1, 0)] };
    expect(crosses(d.points, true)).toBe(true);
    expect(lacking(d).join()).toContain('crosses itself');
    expect(crosses(square, true)).toBe(false);
    expect(crosses([at(0, 0), at(0, 1), at(1, 1)], true)).toBe(false);
    expect(crosses([at(0, 0), at(0, 2), at(0, 1)], false)).toBe(false);
    expect(crosses([at(0, 0), at(1, 1), at(0, 1), at(1, 0)], false)).toBe(true);
    expect(overDateLine([at(0, 179), at(0, -179)])).toBe(true);
    expect(lacking({ ...d, points: [at(0, 179), at(0, -179), at(1, -179)] }).join()).toContain('180th meridian');
  });

  it('keeps its rule, and what means nothing for another kind goes', () => {
    const now = { id: 'z', kind: 'border', name: 'Fence', points: square, classes: ['person'], from: '22:00', to: '05:00', days: ['mon'], direction: 'L2R' };
    const d = draftOf(zoneEntry(now)) as ZoneDraft;
    const { id: _, ...rest } = now;
    expect(entryOf(d)).toEqual(rest);
    expect(entryOf({ ...d, kind: 'noFly' })).toEqual({ kind: 'noFly', name: 'Fence', points: square });
    expect(entryOf({ ...d, kind: 'area', loiter: ' 30s ' })).toMatchObject({ loiter: '30s', classes: ['person'] });
    expect(entryOf({ ...d, person: true, vehicle: true })['classes']).toBeUndefined();
    expect(lacking({ ...d, to: '' })).toEqual(['From and to belong together.']);
    expect(lacking({ ...d, to: '24:00' })).toEqual(['A time is written as 22:30, from 00:00 to 23:59.']);
    expect(lacking({ ...d, kind: 'noFly', to: '24:00' })).toEqual([]);
  });

  it.each([
    [{ minSpeed: 201 }, 'Speeds need from 0 to 200 m/s.'],
    [{ maxSpeed: -1 }, 'Speeds need from 0 to 200 m/s.'],
    [{ minSpeed: NaN }, 'Speeds need from 0 to 200 m/s.'],
    [{ minSpeed: 5, maxSpeed: 4 }, 'The slowest is faster than the fastest.'],
    [{ minSpeed: 5, maxSpeed: 0 }, ''],
    [{ loiter: '5' }, 'Inside for at least: a time as 30s, 5m or 1h30m, 24h at most.'],
    [{ loiter: '25h' }, 'Inside for at least: a time as 30s, 5m or 1h30m, 24h at most.'],
    [{ loiter: ' 1h0m30.5s ' }, ''],
    [{ kind: 'border' as const, loiter: 'soon' }, ''],
    [{ kind: 'noFly' as const, minSpeed: 900 }, ''],
  ])('has a rule that makes sense: %o', (rule, words) => {
    const d = draftOf(zoneEntry({ kind: 'area', points: square })) as ZoneDraft;
    expect(lacking({ ...d, ...rule }).join()).toBe(words);
  });

  it('of a file that repeats the first point is not closed twice', () => {
    const d = draftOf(zoneEntry({ kind: 'area', points: [...square, square[0]] })) as ZoneDraft;
    expect(d.points).toEqual(square);
  });
});

it('names that the file refuses are told', () => {
  const d = placed(adoptionOf({ ...stranger, id: 's 99' }, new Set()), at(1, 2));
  expect(lacking(d)).toEqual(['The name has letters, digits, dots, dashes and underscores, 63 at most.']);
});

it('an entry without what holds is drafted as the file has it', () => {
  const e = configEntry({ section: 'sensors', id: 'x', state: 'removed', file: { kind: 'pir', position: at(1, 2), gateway: 'n' }, revision: 'none' }, 'e');
  expect(draftOf(e)).toMatchObject({ what: 'sensor', kind: 'pir', revision: 'none' });
  expect(draftOf({ section: 'feeds', id: 'f', state: 'file', now: {} })).toBeUndefined();
});
