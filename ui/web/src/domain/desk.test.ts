import { describe, expect, it } from 'vitest';
import { actionFor, shortcuts, type KeyPress } from './keys';
import { defaultLayout, readLayout } from './layout';
import { find, keyOf, type Entry } from './palette';
import { Ringer, restMs } from './ringer';
import { healthCounts, sensorLine, sortSensors } from './sensorhealth';
import { wallOrder, wallPage, wallPages } from './wall';
import type { Alert, Feed, Sensor } from './model';

describe('the layout', () => {
  it('is read as it was kept, and by default where it makes no sense', () => {
    const own = { ...defaultLayout(), trailMin: 10, wall: 9 as const, format: 'mgrs' as const };
    own.panels.alerts = false;
    expect(readLayout(JSON.parse(JSON.stringify(own)))).toEqual(own);
    for (const bad of [undefined, null, 7, 'x', [], { panels: 3, layers: { relief: 'no' }, trailMin: 7, wall: 2, format: 'x' }]) {
      expect(readLayout(bad)).toEqual(defaultLayout());
    }
  });
});

describe('the palette', () => {
  const entry = (words: string, more: Partial<Entry> = {}): Entry => ({ id: words, words, run: () => undefined, ...more });
  const entries = [entry('Map: show the whole sector'), entry('Copter 1: land here', { off: 'lost' }), entry('Land use'), entry('Island')];

  it('finds by words in any order, the beginnings first, and what cannot be done last', () => {
    expect(find(entries, '').at(-1)!.words).toBe('Copter 1: land here');
    expect(find(entries, 'land').map((e) => e.words)).toEqual(['Land use', 'Copter 1: land here', 'Island']);
    expect(find(entries, 'sector whole').map((e) => e.words)).toEqual(['Map: show the whole sector']);
    expect(find(entries, 'nothing such')).toEqual([]);
  });

  it('shows the key that does the same', () => {
    expect(keyOf(entry('x', { action: 'measure' }))).toBe('M');
    expect(keyOf(entry('x'))).toBeUndefined();
  });
});

describe('the keyboard', () => {
  const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });

  it('opens the palette from anywhere, also out of a text field', () => {
    for (const more of [{ ctrlKey: true }, { metaKey: true }]) expect(actionFor(press('k', more), 'text')).toBe('palette');
    expect(actionFor(press('k', { ctrlKey: true, repeat: true }), 'page')).toBeUndefined();
    expect(actionFor(press('k'), 'page')).toBe('previous');
  });

  it('gives each key one meaning', () => {
    const keys = shortcuts.flatMap((s) => s.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('arms and flies nothing: no key stands for a flight command', () => {
    const names = shortcuts.map((s) => s.action) as string[];
    for (const never of ['arm', 'disarm', 'takeoff', 'land', 'return', 'startMission', 'terminate']) expect(names).not.toContain(never);
  });
});

describe('sounds', () => {
  const alert = (id: string, severity: Alert['severity'], state: Alert['state'] = 'new'): Alert => ({ id, severity, state, title: id, raisedAt: 0 });

  it('ring once for what is new, the worst first, and not for what was there when the page was opened', () => {
    const ringer = new Ringer();
    expect(ringer.look([alert('old', 'critical')], 0, false)).toBeUndefined();
    expect(ringer.look([alert('old', 'critical'), alert('a', 'caution'), alert('b', 'serious')], 1, false)).toBe('serious');
    expect(ringer.look([alert('a', 'caution'), alert('b', 'serious')], 60_000, false)).toBeUndefined();
  });

  it('rest between two of a class, and a lesser class after a worse one, but never a worse after a lesser', () => {
    const ringer = new Ringer();
    ringer.look([], 0, false);
    const all: Alert[] = [];
    const next = (id: string, severity: Alert['severity'], at: number) => ringer.look([...all, (all.push(alert(id, severity)), all.at(-1)!)], at, false);
    expect(next('1', 'caution', 0)).toBe('caution');
    expect(next('2', 'caution', restMs.caution - 1)).toBeUndefined();
    expect(next('3', 'serious', restMs.caution - 1)).toBe('serious');
    expect(next('4', 'critical', restMs.caution)).toBe('critical');
    expect(next('5', 'caution', restMs.caution + 2)).toBeUndefined();
    expect(next('6', 'caution', 3 * restMs.caution)).toBe('caution');
  });

  it('do not ring while muted, nor afterwards for what came meanwhile', () => {
    const ringer = new Ringer();
    ringer.look([], 0, false);
    expect(ringer.look([alert('a', 'critical')], 1, true)).toBeUndefined();
    expect(ringer.look([alert('a', 'critical')], 2, false)).toBeUndefined();
    expect(ringer.look([alert('a', 'critical'), alert('b', 'critical')], 3, false)).toBe('critical');
  });
});

describe('the video wall', () => {
  const feed = (id: string, kind: Feed['kind'], vehicle?: number): Feed => ({ id, kind, vehicle, state: 'live' });
  const feeds = [feed('10-thermal', 'thermal', 10), feed('mast', 'eo'), feed('2-thermal', 'thermal', 2), feed('2-eo', 'eo', 2), feed('10-eo', 'eo', 10)];

  it('puts the two pictures of a vehicle side by side, masts last', () => {
    expect(wallOrder(feeds).map((f) => f.id)).toEqual(['2-eo', '2-thermal', '10-eo', '10-thermal', 'mast']);
  });

  it('has pages, and the last one for a page that is no more', () => {
    expect([1, 4, 9].map((n) => wallPages(5, n as 1 | 4 | 9))).toEqual([5, 2, 1]);
    expect(wallPage(feeds, 4, 1).map((f) => f.id)).toEqual(['mast']);
    expect(wallPage(feeds, 4, 7).map((f) => f.id)).toEqual(['mast']);
    expect(wallPages(0, 4)).toBe(1);
  });
});

describe('the sensors at a glance', () => {
  const sensor = (id: string, state: Sensor['state']): Sensor => ({ id, kind: 'seismic', state });
  const all = [sensor('s-10', 'ok'), sensor('s-2', 'ok'), sensor('s-3', 'silent'), sensor('s-4', 'tamper')];

  it('stand with the worst first, and are counted', () => {
    expect(sortSensors(all).map((s) => s.id)).toEqual(['s-4', 's-3', 's-2', 's-10']);
    expect(healthCounts(all)).toEqual([{ state: 'tamper', count: 1 }, { state: 'silent', count: 1 }, { state: 'ok', count: 2 }]);
  });

  it('say what is not known as that', () => {
    expect(sensorLine({ ...sensor('s', 'ok'), lastSeen: 1_000, batteryPercent: 86.6 }, 5_000)).toBe('heard 4 s ago · never tripped · 87 %');
  });
});
