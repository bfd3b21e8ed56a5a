import { afterEach, describe, expect, it, vi } from 'vitest';
import { armingLines, atWork, linkLines, planLines, transferLine } from './goingson';
import { batteryLines, enduranceLine, healthLines, staleAge, summary, worst } from './health';
import { alarm, notices } from './notices';
import { Polled } from './polled';
import { vehicle as decodeVehicle, type Vehicle } from './model';

const t0 = Date.UTC(2026, 10, 26, 14, 0, 0);
const t = new Date(t0).toISOString();
/** A vehicle decoded from what the station would send. */
const vehicle = (more: Record<string, unknown> = {}): Vehicle =>
  decodeVehicle({ id: 3, name: 'Vehicle 3', state: 'live', lastSeen: t, ...more }, 'vehicle');
const line = (v: Vehicle, key: string) => healthLines(v, t0 + 20_000).find((l) => l.key === key);

describe('health', () => {
  it('does not call good what the vehicle does not tell', () => {
    expect(line(vehicle(), 'ekf')).toMatchObject({ tone: 'unknown', text: 'not told' });
    expect(line(vehicle({ ekf: { level: 'unheard of' } }), 'ekf')?.tone).toBe('caution');
  });

  it('sums up what is wrong, or else what is not told, or else that all is good', () => {
    const good = { ekf: { level: 'ok' }, gps: { fix: '3d' }, vibration: { x: 1, y: 1, z: 1, level: 'ok' }, wind: { speed: 1, fromDeg: 0 } };
    const of = (more: object): string[] => [worst(healthLines(vehicle(more as Record<string, unknown>), t0)), summary(healthLines(vehicle(more as Record<string, unknown>), t0))];
    expect(of(good)).toEqual(['ok', 'all good']);
    expect(of({ ...good, ekf: undefined })).toEqual(['unknown', 'not told: Estimate']);
    expect(of({ ...good, ekf: undefined, stale: ['wind'] })).toEqual(['caution', 'Wind']);
    expect(of({ ...good, failsafe: { active: true } })).toEqual(['bad', 'Failsafe']);
  });

  it('names what the estimate lacks and what comes near its limit', () => {
    const ekf = { level: 'bad', attitude: true, velocity: true, position: false, height: true, gpsGlitch: true, compassRatio: 0.82, velocityRatio: 0.1, t };
    expect(line(vehicle({ ekf }), 'ekf')).toMatchObject({ tone: 'bad', text: 'no position, GPS glitch, compass at 82 % of its limit' });
  });

  it.each([
    [{ fix: '3d', satellites: 14, hdop: 0.8, jamming: 'ok', spoofing: 'ok' }, 'ok', '3D, 14 sats, HDOP 0.8'],
    [{ fix: '3d', satellites: 9, hdop: 1.2, jamming: 'mitigated' }, 'caution', 'JAMMING MITIGATED · 3D, 9 sats, HDOP 1.2'],
    [{ fix: '3d', spoofing: 'detected' }, 'bad', 'SPOOFING DETECTED · 3D, – sats, HDOP –'],
    [{ fix: 'none', jamming: 'mitigated' }, 'bad', 'JAMMING MITIGATED · no fix, – sats, HDOP –'],
  ])('GPS %j is %s', (gps, tone, text) => expect(line(vehicle({ gps }), 'gps')).toMatchObject({ tone, text }));

  it('says how old a value is once the station calls it stale, and only then', () => {
    const wind = { speed: 6.04, fromDeg: 281, t };
    expect(line(vehicle({ wind }), 'wind')).toMatchObject({ text: '6.0 m/s from 281°', old: undefined });
    const old = vehicle({ wind, stale: ['wind'] });
    expect(line(old, 'wind')?.old).toBe('20 s old');
    expect(worst(healthLines(old, t0))).toBe('caution');
    expect(staleAge(vehicle({ stale: ['gps'] }), 'gps', undefined, t0)).toBe('old');
  });

  it('tells a breach that goes on from one that is over', () => {
    expect(line(vehicle({ fence: { breached: true, kind: 'boundary', count: 1 } }), 'fence')).toMatchObject({ tone: 'bad', text: 'breached (outside)' });
    expect(line(vehicle({ fence: { breached: false, kind: 'maximumAltitude', count: 2 } }), 'fence')?.text).toBe('kept now, breached 2 times (too high)');
  });

  it('shows every battery by itself', () => {
    const batteries = [
      { id: 0, function: 'propulsion', percent: 63, voltage: 22.8, charge: 'ok', timeLeftS: 840, t },
      { id: 1, function: 'payload', percent: 12, voltage: 10.1, charge: 'critical', faults: ['cell 3 failed'], t },
    ];
    const lines = batteryLines(vehicle({ batteries }), t0);
    expect(lines.map((l) => [l.label, l.tone])).toEqual([['Battery 1', 'ok'], ['Battery 2', 'bad']]);
    expect(lines[0]?.text).toBe('63 % · 22.8 V · 14 min left · motors');
    expect(lines[1]?.text).toBe('CRITICAL · 12 % · 10.1 V · payload · cell 3 failed');
    expect(batteryLines(vehicle({ battery: { percent: 20, charge: 'low' } }), t0)[0]).toMatchObject({ label: 'Battery', tone: 'caution' });
    expect(batteryLines(vehicle(), t0)).toEqual([]);
  });

  it.each([
    [{ toReserveS: 900, reservePercent: 20, toHomeS: 180, spareS: 720 }, 'ok', '3 min away, 12 min left after it'],
    [{ toReserveS: 240, toHomeS: 180, spareS: 60 }, 'caution', '3 min away, 60 s left after it'],
    [{ toReserveS: 100, toHomeS: 140, spareS: -40 }, 'bad', '2 min away: RESERVE USED 40 s before home'],
    [{ toReserveS: 900, reservePercent: 20 }, 'info', '15 min to the reserve of 20 %; the way home is not known'],
    [{ toReserveS: 900, distanceM: 800 }, 'bad', 'TOO MUCH WIND to get home; 15 min to the reserve'],
  ])('endurance %j is %s', (endurance, tone, text) => expect(enduranceLine(endurance)).toMatchObject({ tone, text }));
});

describe('links', () => {
  const links = [
    { name: 'lan', used: true, silent: false, lastHeard: t, lossPercent: 0.14, rttMs: 5 },
    { name: 'radio', used: false, silent: true, lastHeard: t },
  ];
  it('shows both, which is used, and marks the lost one with the reason', () => {
    const station = [{ name: 'radio', state: 'down', problem: 'open /dev/ttyUSB0: permission denied' }];
    const [lan, radio] = linkLines(vehicle({ links }), station, t0 + 12_000);
    expect(lan).toMatchObject({ role: 'in use', tone: 'ok', text: '0.1 % lost · 5 ms · heard 12 s ago' });
    expect(radio).toMatchObject({ role: 'LOST', tone: 'bad', text: 'last heard 12 s ago · open /dev/ttyUSB0: permission denied' });
  });
  it('calls a link that loses much a caution, and every link of a lost vehicle lost', () => {
    const loses = vehicle({ links: [{ ...links[0], lossPercent: 31 }] });
    expect(linkLines(loses, [], t0)[0]?.tone).toBe('caution');
    expect(linkLines({ ...loses, state: 'lost' }, [], t0)[0]).toMatchObject({ role: 'LOST', used: true });
  });
  it('makes do with a station that tells of one link', () => {
    expect(linkLines(vehicle({ link: { name: 'lan', rttMs: 5 } }), [], t0)[0]).toMatchObject({ role: 'in use', text: '– lost · 5 ms' });
  });
});

describe('transfers, plans, arming, work', () => {
  it('counts bytes of files and items of lists, and offers to cancel what the station can cancel', () => {
    expect(transferLine({ kind: 'log', done: 3_145_728, total: 6_291_456 })).toEqual({
      words: 'Reads a log', progress: '3.0 MiB of 6.0 MiB', share: 0.5, cancellable: true,
    });
    expect(transferLine({ kind: 'mission', upload: true, done: 3, total: 12 })).toMatchObject({ words: 'Sends the mission', progress: '3 of 12', cancellable: true });
    expect(transferLine({ kind: 'parameters', done: 40 })).toMatchObject({ progress: '40', share: undefined });
    expect(transferLine({ kind: 'file', done: 9, total: 4 }).share).toBe(1);
  });

  it('says what other stations changed and what nobody knows', () => {
    const plans = [
      { kind: 'mission', count: 6, syncedAt: t, changedAt: t, changedBy: 'station 254/190' },
      { kind: 'fence', count: 1, syncedAt: t },
      { kind: 'rally', unknown: true },
    ];
    const lines = planLines(vehicle({ plans, mission: { current: 2, count: 6 } }));
    expect(lines.map((l) => [l.tone, l.text])).toEqual([
      ['caution', '6 items, now at 2 · changed at 14:00:00 by station 254/190'],
      ['info', '1 item'],
      ['bad', 'an upload was cut: what the vehicle holds is not known'],
    ]);
  });

  it('gives each reason against arming, and none for a vehicle that is armed', () => {
    const arming = { ready: false, reasons: [{ text: 'Need Position Estimate', source: 'text' }, { text: 'no operator place', source: 'remoteId', warning: true }] };
    expect(armingLines(vehicle({ arming })).map((l) => [l.tone, l.text])).toEqual([
      ['bad', 'Need Position Estimate'],
      ['caution', 'Remote ID: no operator place'],
    ]);
    expect(armingLines(vehicle({ arming, armed: true }))).toEqual([]);
    expect(armingLines(vehicle({ arming: { ready: true } }))[0]?.text).toBe('ready to arm');
    expect(armingLines(vehicle({ arming: {} }))).toEqual([]);
  });

  it('says what the vehicle is at', () => {
    const v = vehicle({ pending: { command: 'MAV_CMD_PREFLIGHT_CALIBRATION', percent: 40, since: t }, leading: { kind: 'orbit', by: 'anna', since: t } });
    expect(atWork(v)).toEqual(['Circles a place, led by the station for anna', 'At work: preflight calibration, 40 %']);
  });
});

describe('notices', () => {
  it('is silent about a vehicle with which nothing is wrong', () => {
    expect(notices(vehicle({ failsafe: { active: false }, fence: { breached: false } }), { state: 'on', text: 'signed' })).toEqual([]);
    expect(alarm(vehicle())).toBeUndefined();
  });
  it('shows what endangers the flight, two vehicles of one id, and frames that are refused', () => {
    const v = vehicle({
      failsafe: { active: true, reasons: [{ kind: 'radio', text: 'Radio Failsafe', t }, { kind: 'radio', text: 'Radio Failsafe', t }] },
      warnings: [{ kind: 'systemIdClash', text: 'two autopilots use id 3', since: t }, { kind: 'systemIdClash', text: 'again', since: t }],
    });
    const all = notices(v, { state: 'refusing', text: '412 refused' });
    expect(all.map((n) => n.key)).toEqual(['failsafe', 'systemIdClash', 'systemIdClash-1', 'signing']);
    expect(all[0]?.text).toBe('Radio Failsafe');
    expect(alarm(v)).toBe('FAILSAFE');
  });
});

describe('Polled', () => {
  afterEach(() => vi.useRealTimers());
  it('asks again after a failure, and says nothing once it is stopped', async () => {
    vi.useFakeTimers();
    const ask = vi.fn<() => Promise<number>>().mockRejectedValueOnce(new Error('down')).mockResolvedValue(7);
    const told = vi.fn();
    const polled = new Polled(ask, 1_000, told);
    await vi.advanceTimersByTimeAsync(0);
    expect(told).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toHaveBeenCalledExactlyOnceWith(7);
    polled.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ask).toHaveBeenCalledTimes(2);
  });
});
