import { describe, expect, it } from 'vitest';
import { array, DecodeError, instant, lenientArray, num, object, oneOf, optional, str } from './decode';
import { decodeMessage } from './messages';
import { detections, track, vehicle, zone } from './model';

describe('decoders', () => {
  const thing = object({ id: str, height: optional(num), state: oneOf('on', 'off') });

  it('keeps known members and leaves out what is missing', () => {
    expect(thing({ id: 'a', state: 'on', extra: 1 }, 'thing')).toEqual({ id: 'a', state: 'on' });
    expect(thing({ id: 'a', state: 'off', height: null }, 'thing')).toEqual({ id: 'a', state: 'off' });
  });

  it.each([
    [{ id: 1, state: 'on' }, 'thing.id: expected text, got 1'],
    [{ id: 'a', state: 'up' }, 'thing.state: expected one of on, off, got "up"'],
    [{ id: 'a', state: 'on', height: 'x' }, 'thing.height: expected a number, got "x"'],
    [null, 'thing: expected an object, got null'],
    [[], 'thing: expected an object, got []'],
  ])('refuses %j by name', (value, message) => {
    expect(() => thing(value, 'thing')).toThrow(message);
  });

  it('refuses numbers that are none and times that are none', () => {
    expect(() => num(Number.NaN, 'n')).toThrow(DecodeError);
    expect(() => instant('yesterday', 't')).toThrow(DecodeError);
    expect(instant('2026-11-22T10:00:00.250Z', 't')).toBe(Date.UTC(2026, 10, 22, 10, 0, 0, 250));
  });

  it('a lenient list loses only its bad items', () => {
    const bad: string[] = [];
    const decoder = lenientArray(num, (e) => bad.push(e.message));
    expect(decoder([1, 'x', 3], 'list')).toEqual([1, 3]);
    expect(bad).toEqual(['list[1]: expected a number, got "x"']);
    expect(() => array(num)([1, 'x'], 'list')).toThrow('list[1]');
  });
});

describe('model', () => {
  it('reads a bare vehicle and keeps unknown values unknown', () => {
    const v = vehicle({ id: 1, name: 'Vehicle 1', state: 'live', lastSeen: '2026-01-01T00:00:00.000Z' }, 'vehicle');
    expect(v.battery).toBeUndefined();
    expect(v.position).toBeUndefined();
  });

  it('turns a Feature into a track with its place', () => {
    const t = track(
      {
        type: 'Feature',
        id: 't-1',
        geometry: { type: 'Point', coordinates: [149.1, -35.3] },
        properties: { status: 'confirmed', class: 'person', lastSeen: '2026-01-01T00:00:00.000Z' },
      },
      'track',
    );
    expect(t).toMatchObject({ id: 't-1', class: 'person', position: { lat: -35.3, lon: 149.1 } });
  });

  it('refuses a zone that is no line or area', () => {
    const feature = { geometry: { type: 'Point', coordinates: [0, 0] }, properties: { id: 'z', kind: 'border' } };
    expect(() => zone(feature, 'zone')).toThrow('zone.geometry.type');
  });

  it('reads detections without class or score', () => {
    const d = { feed: 'f', t: '2026-01-01T00:00:00Z', width: 640, height: 512, boxes: [{ x: 1, y: 2, w: 3, h: 4 }] };
    expect(detections(d, 'd').boxes).toEqual([{ x: 1, y: 2, w: 3, h: 4 }]);
  });
});

describe('messages', () => {
  const ignore = (): void => undefined;

  it('reads a change and its number', () => {
    expect(decodeMessage('{"type":"trackGone","seq":7,"data":{"id":"t-1"}}', ignore)).toEqual({
      type: 'trackGone',
      seq: 7,
      data: { id: 't-1' },
    });
  });

  it('reads several tracks at once, and leaves out the one that cannot be read', () => {
    const one = (id: string) => ({
      type: 'Feature', id, number: 7, geometry: { type: 'Point', coordinates: [149.1, -35.3] },
      properties: { status: 'confirmed', class: 'person', lastSeen: '2026-01-01T00:00:00.000Z' },
    });
    const bad: string[] = [];
    const got = decodeMessage(JSON.stringify({ type: 'tracks', seq: 3, data: [one('t-1'), {}, one('t-2')] }), (e) => bad.push(e.message));
    expect(got).toMatchObject({ type: 'tracks', seq: 3, data: [{ number: 7, track: { id: 't-1' } }, { number: 7, track: { id: 't-2' } }] });
    expect(bad).toEqual(['tracks[1].geometry: expected an object, got undefined']);
  });

  it('counts a message that it does not know or cannot read', () => {
    const bad: string[] = [];
    expect(decodeMessage('{"type":"weather","seq":8,"data":{}}', ignore)).toMatchObject({ type: 'unknown', seq: 8 });
    expect(decodeMessage('{"type":"alert","seq":9,"data":{}}', (e) => bad.push(e.message))).toMatchObject({
      type: 'unknown',
      seq: 9,
    });
    expect(bad).toEqual(['alert.id: expected text, got undefined']);
  });

  it('refuses what has no envelope', () => {
    expect(() => decodeMessage('hello', ignore)).toThrow('message: expected JSON');
    expect(() => decodeMessage('{"type":"time","data":{}}', ignore)).toThrow('message.seq');
    expect(() => decodeMessage('{"type":"snapshot","seq":1,"data":{}}', ignore)).toThrow('me: expected an object');
  });
});
