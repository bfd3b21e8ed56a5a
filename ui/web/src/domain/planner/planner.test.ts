import { describe, expect, it } from 'vitest';
import { clearanceWords, drawProfile, planCheck, type ProfilePoint } from './check';
import { differences } from './compare';
import { emptyDraft, hasPart, wireOf, wirePlan, withLists, type Draft } from './draft';
import { addCircle, addItems, addPolygon, addRally, changeItem, fenceOfSketch, placeItem, removeItem, shiftItem, sketchAt, waypoint, withCommand } from './edit';
import { handles, moveHandle, normal, nudged, removeHandle, shortWay } from './handles';
import { heightOf, heightWords, withHeight } from './height';
import { begin, change, redo, settle, undo } from './history';
import { itemWords } from './itemwords';

const home60 = { m: 60, above: 'home' } as const;
const at = (lat: number, lon: number) => ({ lat, lon });
const three: Draft = addItems(emptyDraft, [waypoint(at(1, 2), home60), waypoint(at(1, 3), home60), waypoint(at(1, 4), home60)]);
const order = (d: Draft) => d.items.map((i) => i.key);

describe('a draft', () => {
  it('gives back to the last member what it took', () => {
    const plan = wirePlan(
      {
        mission: { items: [{ command: 'waypoint', commandId: 16, lat: 1, lon: 2, altitudeAGL: 30, params: [0, null, 'Infinity', 4], autoContinue: false }, { commandId: 31010, params: [1, 2, 3, 4, 5, 6, 0.1], frame: 2 }] },
        fence: { polygons: [{ inclusion: false, points: [at(1, 2), at(1, 3), at(2, 3)] }], circles: [], returnPoint: { lat: 1, lon: 2, altitudeRelative: 30 } },
        rally: { points: [{ lat: 1, lon: 2, altitudeRelative: 30 }] },
        autopilot: 'px4',
      },
      'plan',
    );
    const draft = withLists(emptyDraft, plan);
    expect(wireOf(draft, ['mission', 'fence', 'rally'])).toEqual(plan);
    expect(wireOf(draft, ['rally'])).toEqual({ rally: plan.rally, autopilot: 'px4' });
    expect(['mission', 'fence', 'rally'].map((p) => hasPart(draft, p as 'fence'))).toEqual([true, true, true]);
  });
  it('keeps what a plan does not speak of', () => {
    expect(withLists(three, { rally: { points: [] } }).items).toBe(three.items);
  });
  it('refuses parameters that are none', () => {
    expect(() => wirePlan({ mission: { items: [{ params: ['<img>'] }] } }, 'plan')).toThrow('plan.mission.items[0].params[0]');
  });
});

describe('items', () => {
  it('are added after another, moved and removed', () => {
    const more = addItems(three, [waypoint(at(5, 5), home60)], 1);
    expect(order(more)).toEqual([1, 4, 2, 3]);
    expect(order(shiftItem(more, 3, -1))).toEqual([1, 4, 3, 2]);
    expect(order(shiftItem(more, 1, -1))).toEqual([1, 4, 2, 3]);
    expect(order(placeItem(more, 1, 99))).toEqual([4, 2, 3, 1]);
    expect(order(removeItem(more, 4))).toEqual([1, 2, 3]);
  });
  it('are led to by jumps whatever happens to the order, and nowhere once they are gone', () => {
    const jumping = addItems(three, [{ command: 'jump', params: [2, 3, 0, 0] }]);
    const target = (d: Draft) => d.items.find((i) => i.wire.command === 'jump')?.wire.params?.[0];
    expect(target(shiftItem(jumping, 2, -1))).toBe(1);
    expect(target(addItems(jumping, [waypoint(at(0, 0), home60)], 1))).toBe(3);
    expect(target(removeItem(jumping, 1))).toBe(1);
    expect(target(removeItem(jumping, 2))).toBe(0);
  });
  it('always say what their height counts from, and lose a frame that would contradict it', () => {
    expect(['home', 'sea', 'terrain'].map((above) => itemWords(withHeight({ command: 'waypoint', frame: 3, altitudeRelative: 1 }, { m: 60, above: above as 'sea' })))).toEqual([
      'Waypoint, 60 m above home',
      'Waypoint, 60 m AMSL',
      'Waypoint, 60 m above terrain',
    ]);
    expect(withHeight({ command: 'waypoint', frame: 3, altitudeRelative: 1 }, { m: 5, above: 'sea' })).toEqual({ command: 'waypoint', altitudeAMSL: 5 });
    expect([heightOf({}), heightWords(undefined)]).toEqual([undefined, 'no height']);
  });
  it('become another command with what that needs', () => {
    const w = waypoint(at(1, 2), home60);
    expect(withCommand({ ...w, holdS: 5 }, 'land', at(9, 9), home60)).toEqual({ command: 'land', lat: 1, lon: 2, altitudeRelative: 60 });
    expect(withCommand(w, 'return', at(9, 9), home60)).toEqual({ command: 'return' });
    expect(withCommand(w, 'takeoff', at(9, 9), home60)).toEqual({ command: 'takeoff', altitudeRelative: 60 });
    expect(withCommand({ command: 'return' }, 'loiterTime', at(9, 8), home60)).toMatchObject({ lat: 9, lon: 8, params: [20, 0, 0, 0] });
  });
});

describe('handles', () => {
  const whole = addRally(addCircle(addPolygon(three, [at(0, 0), at(0, 1), at(1, 1), at(1, 0)], true), at(5, 5), 100, false), at(6, 6), 30);
  it('stand on everything that has a place', () => {
    expect(handles(whole).map((h) => h.id)).toEqual(['item:1', 'item:2', 'item:3', 'corner:4:0', 'corner:4:1', 'corner:4:2', 'corner:4:3', 'circle:5', 'radius:5', 'rally:6']);
    expect(handles(whole)[0]?.label).toBe('Item 1: Waypoint, 60 m above home');
  });
  it('move and remove what they stand on', () => {
    expect(moveHandle(whole, 'item:2', at(7, 8)).items[1]?.wire).toMatchObject({ lat: 7, lon: 8, altitudeRelative: 60 });
    expect(moveHandle(whole, 'corner:4:2', at(7, 8)).polygons[0]?.points[2]).toEqual(at(7, 8));
    expect(moveHandle(whole, 'radius:5', nudged(at(5, 5), 0, 250)).circles[0]?.radiusM).toBe(250);
    expect(moveHandle(whole, 'rally:6', at(7, 8)).rally[0]).toMatchObject({ lat: 7, lon: 8, altitudeRelative: 30 });
    const triangle = removeHandle(whole, 'corner:4:0');
    expect([triangle.polygons[0]?.points.length, removeHandle(triangle, 'corner:4:0').polygons.length]).toEqual([3, 0]);
    expect(removeHandle(whole, 'radius:5').circles).toEqual([]);
  });
  it('stay on the globe at the date line', () => {
    expect(normal(at(91, 180.5))).toEqual(at(90, -179.5));
    expect(nudged(at(0, 179.9999), 90, 100).lon).toBeLessThan(-179.99);
    expect(shortWay(-359)).toBe(1);
  });
  it('draw a sketch that becomes a fence once it has three corners', () => {
    let d = sketchAt(sketchAt(emptyDraft, 'line', at(9, 9)), 'area', at(0, 0));
    expect(d.sketch?.points.length).toBe(1);
    expect(fenceOfSketch(d, true)).toBe(d);
    d = sketchAt(sketchAt(d, 'area', at(0, 1)), 'area', at(1, 1));
    expect(fenceOfSketch(d, false)).toMatchObject({ sketch: undefined, polygons: [{ inclusion: false }] });
    expect(removeHandle(d, 'sketch:1').sketch?.points).toEqual([at(0, 0), at(1, 1)]);
  });
});

describe('history', () => {
  it('goes back and forth, joins a drag into one step, and forgets what was undone once something else is done', () => {
    let h = change(change(change(begin(0), 1), 2, 'drag'), 3, 'drag');
    h = change(settle(h), 4, 'drag');
    expect([undo(h).now, undo(undo(h)).now, undo(undo(undo(h))).now, undo(undo(undo(undo(h)))).now]).toEqual([3, 1, 0, 0]);
    expect(redo(undo(h)).now).toBe(4);
    expect(redo(change(undo(h), 9)).now).toBe(9);
    expect(change(h, 4)).toBe(h);
  });
});

describe('differences', () => {
  it('are none where autopilots only round', () => {
    const rounded = changeItem(three, 1, (w) => ({ ...w, lat: 1.0000003, altitudeRelative: 60.01, params: [0, 0, 0, 0] }));
    expect(differences(three, rounded)).toEqual([]);
  });
  it('are said in words', () => {
    let held = changeItem(three, 1, (w) => withHeight(w, { m: 80, above: 'sea' }));
    held = changeItem(held, 2, () => ({ command: 'land', lat: 1, lon: 3, altitudeRelative: 60 }));
    held = moveHandle(removeItem(held, 3), 'item:1', nudged(at(1, 2), 180, 120));
    held = addRally(addPolygon(held, [at(0, 0), at(0, 1), at(1, 1)], true), at(2, 2), 30);
    expect(differences(three, held)).toEqual([
      'Item 1 lies 120 m (000°) from where the vehicle has it',
      'Item 1 is at 60 m above home here, 80 m AMSL on the vehicle',
      'Item 2 is Waypoint here, Land on the vehicle',
      'Item 3 (Waypoint, 60 m above home) is only here',
      'Fence area 1 is only on the vehicle',
      'Rally point 1 is only on the vehicle',
    ]);
  });
  it('stop somewhere', () => {
    const long = addItems(emptyDraft, Array.from({ length: 500 }, () => waypoint(at(1, 2), home60)));
    expect(differences(long, emptyDraft).at(-1)).toBe('and 460 more');
  });
});

describe('the profile', () => {
  const points: ProfilePoint[] = [
    { item: 1, alongM: 0, groundAMSL: 100, planAMSL: 160 },
    { item: 2, alongM: 500, groundAMSL: 150, planAMSL: 160 },
    { item: 2, alongM: 750, planAMSL: 160 },
    { item: 3, alongM: 1000, groundAMSL: 110, planAMSL: 160 },
  ];
  it('draws the ground that is known, and shows where it is not', () => {
    const d = drawProfile(points, 1000, 100)!;
    expect([d.ground.length, d.plan.length, d.lengthM, d.lowM, d.highM]).toEqual([2, 1, 1000, 95, 165]);
    expect(d.gaps).toEqual([[0.75, 1]]);
    expect(d.stops).toEqual([{ item: 1, share: 0 }, { item: 2, share: 0.75 }, { item: 3, share: 1 }]);
    expect(d.ground[0]).toBe('M0,100 L0,92.9 L500,21.4 L500,100 Z');
  });
  it('is none where nothing is known', () => {
    expect(drawProfile([{ item: 1, alongM: 0 }, { item: 2, alongM: 5 }], 10, 10)).toBeUndefined();
    expect(drawProfile([], 10, 10)).toBeUndefined();
  });
  it('says the clearance, and what is not known of it', () => {
    const c = (more: object) => planCheck({ findings: [], clearance: { wantedM: 15, unknown: 0, legs: [{ item: 1, state: 'clear', lengthM: 1, unknownM: 0 }], ...more } }, 'check').clearance;
    expect(clearanceWords(c({ leastM: 31.6, item: 4 }))).toBe('least 32 m above the ground, on the way to item 4');
    expect(clearanceWords(c({ leastM: -8, item: 2 }))).toBe('8 m INTO the ground on the way to item 2');
    expect(clearanceWords(c({ unknown: 1 }))).toBe('the clearance is not known; 1 of 1 legs not known, or not whole');
    expect(clearanceWords(undefined)).toBe('no leg to look at');
  });
});

