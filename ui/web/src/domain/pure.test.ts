import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff';
import { ServerClock } from './clock';
import { latLon, mgrs } from './coords';
import { clockTime, countdown, heading, list, quantity, span } from './format';
import { FrameCounter, frozenAfterMs, judgeEveryMs, judgePicture } from './frames';
import { bearingDeg, boundsOf, distanceM, ellipseRing, offset, sectorRing } from './geometry';
import { actionFor, shortcuts, type KeyPress } from './keys';
import { cueOf, looks, sortAlerts, topCue } from './queue';
import { chooseSidc } from './sidc';
import { commandBar, cueSentence, fedBy, lookWords, nuisanceWords } from './words';
import type { Alert, Cue, Track, Vehicle } from './model';

describe('format', () => {
  it('never shows an unknown value as zero', () => {
    expect(quantity(undefined, 'm')).toBe('–');
    expect(quantity(0, 'm')).toBe('0 m');
    expect(quantity(-0.2, 'm')).toBe('0 m');
    expect(heading(undefined)).toBe('–');
  });
  it.each([
    [0, '000°'],
    [359.6, '000°'],
    [-10, '350°'],
    [7.2, '007°'],
  ])('heading %d is %s', (deg, text) => expect(heading(deg)).toBe(text));
  it.each([
    [4_200, '4 s'],
    [89_000, '89 s'],
    [200_000, '3 min'],
    [7_500_000, '2 h 05'],
  ])('span %d is %s', (ms, text) => expect(span(ms)).toBe(text));
  it('counts down upwards of zero', () => {
    expect(countdown(8_100)).toBe('0:09');
    expect(countdown(-5)).toBe('0:00');
    expect(clockTime(Date.UTC(2026, 0, 1, 3, 4, 5))).toBe('03:04:05');
    expect(list(['a', 'b', 'c'])).toBe('a, b and c');
  });
});

describe('coordinates', () => {
  const post = { lat: -35.363, lon: 149.165 };
  it('reads as degrees with hemisphere', () => expect(latLon(post)).toBe('35.36300° S 149.16500° E'));
  it('reads as MGRS, and not beyond its grid', () => {
    expect(mgrs(post)).toMatch(/^55H FA \d{5} \d{5}$/);
    expect(mgrs({ lat: 89, lon: 0 })).toBeUndefined();
    expect(mgrs({ lat: Number.NaN, lon: 0 })).toBeUndefined();
  });
});

describe('geometry', () => {
  const at: [number, number] = [149.165, -35.363];
  it('goes out and comes back', () => {
    const there = offset(at, 60, 500);
    expect(distanceM(at, there)).toBeCloseTo(500, 0);
    expect(bearingDeg(at, there)).toBeCloseTo(60, 1);
  });
  it('an ellipse is closed, its major axis along its bearing', () => {
    const ring = ellipseRing({ lon: at[0], lat: at[1] }, { semiMajorM: 20, semiMinorM: 5, bearingDeg: 70 });
    expect(ring[0]).toEqual(ring.at(-1));
    expect(bearingDeg(at, ring[0]!)).toBeCloseTo(70, 1);
    expect(distanceM(at, ring[0]!)).toBeCloseTo(20, 1);
    expect(distanceM(at, ring[12]!)).toBeCloseTo(5, 1);
  });
  it('a sector starts and ends at its sensor, a circle does not', () => {
    expect(sectorRing({ lon: at[0], lat: at[1] }, 90, 60, 30)[0]).toEqual(at);
    expect(sectorRing({ lon: at[0], lat: at[1] }, 0, 360, 30)).not.toContainEqual(at);
  });
  it('has bounds of something only', () => {
    expect(boundsOf([])).toBeUndefined();
    expect(boundsOf([at, [149.2, -35.4]])).toEqual([149.165, -35.4, 149.2, -35.363]);
  });
});

describe('ServerClock', () => {
  it('keeps the least delayed of the last messages', () => {
    let now = 1_000;
    const clock = new ServerClock(() => now, 3);
    clock.observe(6_000);
    now = 2_000;
    clock.observe(6_400); // 600 ms late
    expect(clock.offsetMs).toBe(5_000);
    now = 3_000;
    clock.observe(7_000);
    clock.observe(7_000);
    expect(clock.now()).toBe(7_400);
  });
});

describe('Backoff', () => {
  it('doubles to its ceiling with jitter and starts over', () => {
    const backoff = new Backoff(100, 500, () => 0);
    expect([backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([100, 200, 400, 500]);
    backoff.reset();
    expect(backoff.next()).toBe(100);
    expect(new Backoff(100, 500, () => 1).next()).toBeCloseTo(70);
  });
});

describe('frames', () => {
  it('counts, and forgets after two seconds', () => {
    const counter = new FrameCounter();
    expect(counter.ageMs(0)).toBeUndefined();
    for (let t = 0; t < 2_000; t += 100) counter.observe(t);
    expect(counter.frames).toBe(20);
    expect(counter.fps(1_900)).toBe(10);
    expect(counter.fps(5_000)).toBe(0);
    expect(counter.ageMs(5_000)).toBe(3_100);
  });

  it('is not shown as live for 2 s when it stands still', () => expect(frozenAfterMs + judgeEveryMs).toBeLessThan(2_000));

  const base = { feedState: 'live' as const, waitingMs: 0, nowMs: 100_000 };
  it.each([
    ['fresh frames are live', { ...base, frameAgeMs: 100 }, { state: 'live', forMs: 0 }],
    ['a frozen picture is marked', { ...base, frameAgeMs: 1_700 }, { state: 'noSignal', forMs: 1_700 }],
    ['waiting for the first', { ...base, frameAgeMs: undefined, waitingMs: 1_000 }, { state: 'connecting', forMs: 1_000 }],
    ['waiting too long', { ...base, frameAgeMs: undefined, waitingMs: 9_000 }, { state: 'noSignal', forMs: 9_000 }],
    [
      'the station knows better',
      { ...base, feedState: 'noSignal' as const, noSignalSince: 93_000, frameAgeMs: 50 },
      { state: 'noSignal', forMs: 7_000 },
    ],
  ])('%s', (_, input, picture) => expect(judgePicture(input)).toEqual(picture));
});

describe('keys', () => {
  const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    repeat: false,
    ...more,
  });
  it('answers both cases of a letter', () => {
    expect(actionFor(press('a'), 'page')).toBe('approve');
    expect(actionFor(press('A'), 'page')).toBe('approve');
    expect(actionFor(press('Enter'), 'page')).toBe('approve');
  });
  it('stays quiet in fields, under modifiers, on buttons that take Enter, and when held down', () => {
    expect(actionFor(press('a'), 'text')).toBeUndefined();
    expect(actionFor(press('a', { ctrlKey: true }), 'page')).toBeUndefined();
    expect(actionFor(press('Enter'), 'control')).toBeUndefined();
    expect(actionFor(press('a', { repeat: true }), 'page')).toBeUndefined();
    expect(actionFor(press('Escape'), 'text')).toBe('cancel');
  });
  it('no key has two meanings, and none arms or takes off', () => {
    const keys = shortcuts.flatMap((s) => s.keys);
    expect(new Set(keys).size).toBe(keys.length);
    expect(shortcuts.filter((s) => /\b(arm|take off|land)\b/i.test(s.words))).toEqual([]);
  });
});

describe('queue', () => {
  const alert = (id: string, more: Partial<Alert> = {}): Alert => ({
    id,
    state: 'new',
    severity: 'serious',
    title: id,
    raisedAt: 0,
    ...more,
  });
  const cue = (id: string, alertId: string, more: Partial<Cue> = {}): Cue => ({
    id,
    alertId,
    state: 'proposed',
    vehicle: 1,
    action: 'look',
    ...more,
  });

  it('puts the worst and newest first, closed ones last', () => {
    const ids = sortAlerts([
      alert('old', { raisedAt: 1 }),
      alert('done', { state: 'resolved', severity: 'critical', raisedAt: 9 }),
      alert('seen', { state: 'acknowledged', raisedAt: 8 }),
      alert('worst', { severity: 'critical' }),
      alert('young', { raisedAt: 2 }),
    ]).map((a) => a.id);
    expect(ids).toEqual(['worst', 'young', 'old', 'seen', 'done']);
  });

  it('one key approves the selected proposal, else the first', () => {
    const alerts = [alert('a'), alert('b')];
    const cues = [cue('ca', 'a'), cue('cb', 'b')];
    expect(topCue(alerts, cues, undefined, 0)?.id).toBe('ca');
    expect(topCue(alerts, cues, 'b', 0)?.id).toBe('cb');
    expect(topCue(alerts, [cue('ca', 'a', { expiresAt: 5 }), cues[1]!], undefined, 6)?.id).toBe('cb');
    expect(topCue([alert('a', { state: 'false' })], cues, undefined, 0)).toBeUndefined();
  });

  it('what is only worth a look comes after every alert, and goes when it is over', () => {
    const look = (id: string, more: Partial<Cue> = {}): Cue => ({ id, state: 'proposed', vehicle: 1, action: 'look', expiresAt: 60, ...more });
    const cues = [look('l1', { createdAt: 1 }), look('l2', { createdAt: 2 }), look('l3', { createdAt: 3, state: 'active' }), look('l4', { state: 'done' })];
    expect(looks([...cues, cue('ca', 'a')], 0).map((c) => c.id)).toEqual(['l3', 'l2', 'l1']);
    expect(looks(cues, 61).map((c) => c.id)).toEqual(['l3']);
    expect(topCue([], cues, undefined, 0)?.id).toBe('l2');
    expect(topCue([alert('a')], [...cues, cue('ca', 'a')], undefined, 0)?.id).toBe('ca');
  });

  it('an alert shows its living cue before older ones', () => {
    const cues = [cue('1', 'a', { state: 'failed', createdAt: 2 }), cue('2', 'a', { createdAt: 1 })];
    expect(cueOf(alert('a'), cues)?.id).toBe('2');
    expect(cueOf(alert('x', { cueId: '1' }), cues)?.id).toBe('1');
  });
});

describe('words', () => {
  const cue: Cue = { id: 'c', state: 'proposed', vehicle: 2, action: 'look', etaS: 11.2 };
  it('says what a cue offers', () => {
    expect(cueSentence(cue, 'Vehicle 2')).toBe('Vehicle 2 can look in 11 s');
    expect(cueSentence({ ...cue, state: 'active' }, 'Vehicle 2')).toBe('Vehicle 2 looks');
  });
  it('says what feeds a track', () => {
    const sources = [
      { id: '1-thermal', kind: 'video', count: 41 },
      { id: 's-07', kind: 'seismic' },
      { id: 's-08', kind: 'seismic' },
    ];
    const track: Track = { id: 't', position: { lat: 0, lon: 0 }, status: 'confirmed', class: 'person', lastSeen: 0, sources };
    expect(fedBy(track)).toBe('fed by 1-thermal (41), s-07 and s-08');
  });
  it('says why a command is barred', () => {
    const vehicle: Vehicle = { id: 1, name: 'V', state: 'live', lastSeen: 0 };
    const anna = { name: 'anna', role: 'operator' };
    expect(commandBar(vehicle, { name: 'v', role: 'viewer' })).toContain('Viewers watch');
    expect(commandBar(vehicle, anna)).toBe('Take control to command.');
    expect(commandBar({ ...vehicle, control: { holder: 'ben' } }, anna)).toBe('ben has control.');
    expect(commandBar({ ...vehicle, control: { holder: 'anna' } }, anna)).toBeUndefined();
  });
});

describe('sidc', () => {
  it('takes the station’s code where it is well formed', () => {
    expect(chooseSidc('10031500001401000000', 'person')).toBe('10031500001401000000');
    expect(chooseSidc('nonsense code', 'person')).toBe('10012700001101000000');
    expect(chooseSidc(undefined, 'dragon')).toBe('10011000000000000000');
  });
});

describe('looks and nuisances', () => {
  const at = (ms: number): string => `${ms / 1000} s`;

  it('says who looked when', () => {
    expect(lookWords({ kind: 'camera', who: '1-thermal', what: undefined, by: undefined, from: 1000, to: 9000 }, at)).toBe('1-thermal saw it 1 s to 9 s');
    expect(lookWords({ kind: 'person', who: 'anna', what: '1-thermal', by: undefined, from: 1000, to: 9000 }, at)).toBe('anna watched 1-thermal 1 s to 9 s');
    expect(lookWords({ kind: 'vehicle', who: '2', what: 'c-1', by: 'anna', from: 3000, to: undefined }, at)).toBe('vehicle 2 sent to look by anna from 3 s');
  });

  it('says how often alerts were called false', () => {
    expect(nuisanceWords(undefined)).toBe('nothing decided yet');
    expect(nuisanceWords({ rate: 0.6, real: 1, false: 2 })).toBe('2 of 3 called false');
  });
});
