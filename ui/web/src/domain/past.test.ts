import { describe, expect, it } from 'vitest';
import { agedTo, past, portion, Reel, speeds } from './past';
import { Store } from './store';

const start = Date.parse('2026-11-26T12:00:00Z');
const iso = (s: number): string => new Date(start + s * 1000).toISOString();

const track = (id: string, s: number, lat: number) => ({
  t: iso(s),
  type: 'track',
  id,
  data: { id, type: 'Feature', geometry: { type: 'Point', coordinates: [149, lat] }, properties: { status: 'confirmed', class: 'person', lastSeen: iso(s), t: iso(s) } },
});
const vehicle = (s: number, height: number, state = 'live') => ({
  t: iso(s),
  type: 'vehicle',
  id: '1',
  data: { id: 1, name: 'Vehicle 1', state, lastSeen: iso(s), position: { lat: -35, lon: 149, altAGL: height, t: iso(s - 1) }, battery: { percent: 90 - s } },
});
const alert = (s: number, state: string) => ({
  t: iso(s),
  type: 'alert',
  id: 'a-1',
  data: { id: 'a-1', state, severity: 'serious', title: 'Person', raisedAt: iso(-60) },
});

function reel(...changes: unknown[]): Reel {
  return new Reel(past({ from: iso(0), to: iso(60), stepS: 1, changes }, 'past'));
}

describe('a reel', () => {
  const film = [alert(-60, 'new'), vehicle(-5, 0), track('t-1', 1, -35), track('t-1', 2, -35.001), vehicle(5, 20), alert(7, 'resolved'), track('t-2', 10, -35.1)];

  it('shows how things stood at its beginning and what changed until an instant', () => {
    const [r, s] = [reel(...film), new Store()];
    r.show(start, s, true);
    expect([s.alerts.get('a-1')?.state, s.vehicles.get(1)?.position?.altAGL, s.tracks.size]).toEqual(['new', 0, 0]);
    r.show(start + 3_000, s);
    expect(s.tracks.get('t-1')?.position.lat).toBe(-35.001);
    expect(s.trails.get('t-1')).toHaveLength(2);
    r.show(start + 8_000, s);
    expect([s.alerts.get('a-1')?.state, s.vehicles.get(1)?.position?.altAGL]).toEqual(['resolved', 20]);
    expect(s.tracks.size, 'a track of which nothing was told for long is gone').toBe(0);
  });

  it('goes backwards', () => {
    const [r, s] = [reel(...film), new Store()];
    r.show(start + 11_000, s, true);
    expect([...s.tracks.values()].map((t) => t.id)).toEqual(['t-2']);
    r.show(start + 2_500, s);
    expect([...[...s.tracks.values()].map((t) => t.id), s.alerts.get('a-1')?.state]).toEqual(['t-1', 'new']);
  });

  it('shows no vehicle of which the record says nothing more, and ages none between records', () => {
    const [r, s] = [reel(...film), new Store()];
    r.show(start + 12_000, s, true);
    const v = s.vehicles.get(1)!;
    expect([v.lastSeen! - start, v.position!.t! - start]).toEqual([12_000, 11_000]);
    r.show(start + 31_000, s);
    expect(s.vehicles.size).toBe(0);
  });

  it('leaves a lost vehicle as old as it was', () => {
    const [r, s] = [reel(vehicle(5, 20, 'lost')), new Store()];
    r.show(start + 9_000, s, true);
    expect(s.vehicles.get(1)!.lastSeen! - start).toBe(5_000);
  });

  it('reports what it cannot read and shows the rest', () => {
    const bad: string[] = [];
    const r = new Reel(past({ from: iso(0), to: iso(60), stepS: 1, changes: [{ t: iso(1), type: 'alert', id: 'a-9', data: 7 }, ...film] }, 'past'), (e) => bad.push(e.path));
    const s = new Store();
    r.show(start + 8_000, s, true);
    expect(bad).toEqual(['alert']);
    expect(s.alerts.size).toBe(1);
  });

  it('has samples of a vehicle for a chart', () => {
    expect(reel(...film).samples(1)).toEqual([
      { t: start - 5_000, heightM: 0, batteryPercent: 95 },
      { t: start + 5_000, heightM: 20, batteryPercent: 85 },
    ]);
    expect(reel(...film).samples(2)).toEqual([]);
  });
});

describe('portions', () => {
  it('hold at least twenty seconds of playing at every speed', () => {
    for (const s of speeds) {
      const { lengthMs, stepS } = portion(s);
      expect(lengthMs / s).toBeGreaterThanOrEqual(20_000);
      expect(stepS).toBeGreaterThanOrEqual(1);
      expect(stepS).toBeLessThanOrEqual(60);
    }
  });
});

it('a vehicle without instants is aged all the same', () => {
  expect(agedTo({ id: 1, name: 'v', state: 'live' }, 1000)).toEqual({ id: 1, name: 'v', state: 'live' });
});
