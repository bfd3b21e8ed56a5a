import { describe, expect, it, vi } from 'vitest';
import { ApiProblem } from './api';
import { decodeMessage } from './messages';
import { vehicle as decodeVehicle, type Vehicle } from './model';
import { fencePlan, missionPlan, stops, type PlanKind } from './plan';
import { PlanReader } from './planreader';
import { Store } from './store';
import { aircraft, aircraftLabel, near } from './traffic';

const t0 = Date.UTC(2026, 10, 26, 14, 0, 0);
const t = (s: number) => new Date(t0 + s * 1000).toISOString();
const vehicle = (more: Record<string, unknown> = {}): Vehicle => decodeVehicle({ id: 3, name: 'Vehicle 3', state: 'live', ...more }, 'vehicle');

describe('plans', () => {
  it('flies to the items that have a place, by their numbers, and not to what is only looked at', () => {
    const items = [
      { command: 'takeoff', altitudeRelative: 30, params: [0, null] },
      { command: 'waypoint', lat: 1, lon: 2, altitudeRelative: 60.4 },
      { command: 'roi', lat: 5, lon: 5 },
      { command: 'loiterTime', lat: 3, lon: 4, altitudeAMSL: 700 },
      { commandId: 16, lat: 6, lon: 7 },
    ];
    expect(stops(missionPlan({ items }, 'mission'))).toEqual([
      { number: 2, lat: 1, lon: 2, words: '2 · 60 m' },
      { number: 4, lat: 3, lon: 4, words: '4 · 700 m AMSL' },
      { number: 5, lat: 6, lon: 7, words: '5' },
    ]);
  });
  it('refuses a fence that cannot be drawn', () => {
    expect(() => fencePlan({ polygons: [{ inclusion: true, points: [{ lat: 1, lon: '2' }] }], circles: [] }, 'fence')).toThrow('fence.polygons[0].points[0].lon');
  });
});

describe('PlanReader', () => {
  const setUp = (answer: (kind: PlanKind) => Promise<void> = async () => undefined) => {
    let now = 0;
    const read = vi.fn((_: number, kind: PlanKind) => answer(kind));
    const reader = new PlanReader(read, () => now, 1_000);
    /** Shows the vehicle often enough for everything that is due. */
    const show = async (v: Vehicle): Promise<string[]> => {
      read.mockClear();
      for (let i = 0; i < 6; i += 1) {
        reader.look(v);
        await Promise.resolve();
        await new Promise((done) => setTimeout(done, 0));
      }
      return read.mock.calls.map(([id, kind]) => `${id} ${kind}`);
    };
    return { reader, read, show, wait: (ms: number) => (now += ms) };
  };

  it('reads each list once, and what its own reading changes is no news', async () => {
    const { show } = setUp();
    expect(await show(vehicle())).toEqual(['3 mission', '3 fence', '3 rally']);
    const plans = [{ kind: 'mission', syncedAt: t(1), count: 6 }, { kind: 'fence', syncedAt: t(2), count: 0 }];
    expect(await show(vehicle({ plans }))).toEqual([]);
    expect(await show(vehicle({ plans: [{ ...plans[0], syncedAt: t(9) }, plans[1]] }))).toEqual([]);
  });

  it('reads a list again that another station changed, once a change', async () => {
    const { show, wait } = setUp();
    await show(vehicle());
    wait(1_000);
    const changed = vehicle({ plans: [{ kind: 'fence', syncedAt: t(1), count: 2, changedAt: t(5) }] });
    expect(await show(changed)).toEqual(['3 fence']);
    wait(1_000);
    expect(await show(changed)).toEqual([]);
    expect(await show(vehicle({ plans: [{ kind: 'fence', syncedAt: t(6), count: 2 }] }))).toEqual([]);
    expect(await show(vehicle({ plans: [{ kind: 'fence', syncedAt: t(7), count: 3 }] }))).toEqual(['3 fence']);
  });

  it('gives a list that changes all the time its pause, and the others their turn', async () => {
    const { show, wait } = setUp();
    const changing = (s: number) => vehicle({ plans: [{ kind: 'mission', count: 2, changedAt: t(s) }] });
    expect(await show(changing(1))).toEqual(['3 mission', '3 fence', '3 rally']);
    expect(await show(changing(2))).toEqual([]);
    wait(1_000);
    expect(await show(changing(3))).toEqual(['3 mission']);
  });

  it('waits for the end of an upload, and then reads what went', async () => {
    const { show, wait } = setUp();
    await show(vehicle());
    wait(1_000);
    expect(await show(vehicle({ transfer: { kind: 'mission', upload: true, done: 1, total: 9 } }))).toEqual([]);
    expect(await show(vehicle())).toEqual(['3 mission']);
  });

  it('asks for nothing of a lost vehicle, and one list at a time', async () => {
    const { reader, read, show } = setUp(() => new Promise(() => undefined));
    expect(await show(vehicle({ state: 'lost' }))).toEqual([]);
    reader.look(vehicle());
    reader.look(vehicle({ id: 4 }));
    expect(read).toHaveBeenCalledExactlyOnceWith(3, 'mission');
  });

  it('tries three times with a pause, does not ask again for what is refused, and begins anew when told to', async () => {
    const fails = setUp(async (kind) => Promise.reject(new ApiProblem(kind === 'rally' ? 422 : 504, '', '')));
    expect(await fails.show(vehicle())).toEqual(['3 mission', '3 fence', '3 rally']);
    expect(await fails.show(vehicle())).toEqual([]);
    fails.wait(1_000);
    expect(await fails.show(vehicle())).toEqual(['3 mission', '3 fence']);
    fails.wait(1_000);
    expect(await fails.show(vehicle())).toEqual(['3 mission', '3 fence']);
    fails.wait(10_000);
    expect(await fails.show(vehicle())).toEqual([]);
    fails.reader.again(3);
    expect(await fails.show(vehicle())).toEqual(['3 mission', '3 fence', '3 rally']);
  });
});

describe('traffic', () => {
  const wire = { id: '7C1234', callsign: 'QFA1 ', position: { lat: -35, lon: 149 }, altitudeM: 703.6, climbRate: -2.5, courseDeg: 90, t: t(0) };
  const plane = aircraft(wire, 'aircraft');

  it('says height, climb, age once it is old, and how it stands to our vehicle while it is near', () => {
    expect(aircraftLabel(plane, t0 + 900)).toBe('QFA1\n704 m ↓');
    expect(aircraftLabel(plane, t0 + 12_000)).toBe('QFA1\n704 m ↓ · 12 s old');
    const close = { ...plane, callsign: '', vehicle: 3, distanceM: 1_112, aboveM: -50 };
    expect(aircraftLabel(close, t0)).toBe('7C1234\n704 m ↓\n! 1.1 km from 3, 50 m below');
  });
  it.each([
    [{}, false],
    [{ distanceM: 1_500 }, true],
    [{ distanceM: 1_500, aboveM: 900 }, false],
    [{ distanceM: 5_000, aboveM: 0 }, false],
  ])('near %j is %s', (more, is) => expect(near({ ...plane, ...more })).toBe(is));

  it('comes and goes over the live socket, and an older station has none', () => {
    const store = new Store();
    const bad = vi.fn();
    const apply = (type: string, data: unknown) => store.apply(decodeMessage(JSON.stringify({ type, seq: 1, data }), bad));
    const snapshot = {
      me: { name: 'o', role: 'operator', station: { id: 'p' } },
      vehicles: [], feeds: [], sensors: [], alerts: [], cues: [], serverTime: t(0),
      tracks: { features: [] }, zones: { features: [] },
    };
    apply('snapshot', snapshot);
    expect([store.traffic.size, bad.mock.calls.length]).toEqual([0, 0]);
    apply('snapshot', { ...snapshot, traffic: [wire, { id: 'bad' }] });
    expect([[...store.traffic.keys()], bad.mock.calls.length]).toEqual([['7C1234'], 1]);
    apply('aircraft', { ...wire, id: '7C9999' });
    apply('aircraftGone', { id: '7C1234' });
    expect([...store.traffic.keys()]).toEqual(['7C9999']);
  });
});
