import { describe, expect, it, vi } from 'vitest';
import { Api, ApiProblem } from './api';
import { atRest, fieldNumber, flying, mapCommand, mayHaveMission, phrase, shows, urgent } from './commands';
import { Hold } from './hold';
import type { Camera, GimbalState, Vehicle } from './model';
import { cameraOf, cameraWords, can, controlWords, storageLow, trackingBox, trackingWords } from './payload';
import { pictureIn, targetOf } from './picture';

const vehicle: Vehicle = { id: 3, name: 'Vehicle 3', state: 'live' };
const at = { lat: -35.3, lon: 149.1 };

describe('commands', () => {
  it('takes no number that is none, or beyond its bounds', () => {
    expect(fieldNumber(30, 'altitudeAGL')).toBe(30);
    expect([null, undefined, Number.NaN, 1, 501].map((v) => fieldNumber(v, 'altitudeAGL'))).toEqual(Array(5).fill(undefined));
  });

  it('asks on the map for what the form says, and not while a field cannot be used', () => {
    const form = { altitudeAGL: null, radiusM: 50, clockwise: false };
    expect(mapCommand('fly', at, form)).toEqual({ command: 'goto', ...at });
    expect(mapCommand('fly', at, { ...form, altitudeAGL: 40 })).toEqual({ command: 'goto', ...at, altitudeAGL: 40 });
    expect(mapCommand('fly', at, { ...form, altitudeAGL: 4000 })).toBeUndefined();
    expect(mapCommand('orbit', at, form)).toEqual({ command: 'orbit', ...at, radiusM: 50, clockwise: false });
    expect(mapCommand('orbit', at, { ...form, radiusM: null })).toBeUndefined();
    expect(mapCommand('land', at, form)).toEqual({ command: 'land', ...at });
    expect(mapCommand('home', at, form)).toEqual({ command: 'setHome', ...at });
  });

  it('takes a vehicle whose state is not known neither for flying nor for resting', () => {
    expect([flying(vehicle), atRest(vehicle)]).toEqual([false, false]);
    expect(atRest({ ...vehicle, armed: false, landed: 'onGround' })).toBe(true);
    expect(atRest({ ...vehicle, armed: true, landed: 'onGround' })).toBe(false);
    expect(flying({ ...vehicle, landed: 'landing' })).toBe(true);
  });

  it('knows an empty mission from one that is not known', () => {
    expect(mayHaveMission(vehicle)).toBe(true);
    expect(mayHaveMission({ ...vehicle, plans: [{ kind: 'mission', count: 0 }], mission: { count: 4 } })).toBe(false);
    expect(mayHaveMission({ ...vehicle, mission: { count: 0 } })).toBe(false);
  });

  it('never lets what ends a flight wait, and names the vehicle in what must be typed', () => {
    expect(urgent({ command: 'hold' })).toBe(true);
    expect(urgent({ command: 'takeoff', altitudeAGL: 30 })).toBe(false);
    expect(phrase('TERMINATE', vehicle)).toBe('TERMINATE 3');
  });

  it('says what a vehicle shows when nobody knows what came of a command', () => {
    const flies: Vehicle = { ...vehicle, armed: true, mode: 'GUIDED', landed: 'inAir', position: { ...at, altAGL: 32.4 } };
    expect(shows(flies)).toBe('armed, GUIDED, in the air, 32 m above ground');
    expect(shows({ ...flies, state: 'lost' })).toBe('nothing, for it is lost');
    expect(shows(vehicle)).toBe('armed or not is not known, no mode, –');
  });

  it('tells an unknown outcome from a refusal', () => {
    expect([0, 504].map((s) => new ApiProblem(s, '', '').unknown)).toEqual([true, true]);
    expect([400, 409, 422, 503].map((s) => new ApiProblem(s, '', '').unknown)).toEqual([false, false, false, false]);
  });
});

describe('requests', () => {
  const made = (): { api: Api; calls: () => unknown[] } => {
    const fetcher = vi.fn<typeof fetch>(async () => new Response('{"result":"accepted","detail":"turns"}'));
    return { api: new Api(fetcher), calls: () => fetcher.mock.calls.map(([url, init]) => [init?.method, url, init?.body]) };
  };
  it('say when a command was decided, which camera and which gimbal', async () => {
    const { api, calls } = made();
    await api.command(1, { command: 'heading', headingDeg: 90 }, Date.UTC(2026, 0, 2));
    await api.camera(1, 100, { command: 'zoom', rate: -1 });
    await api.gimbalMode(1, 154, 'lock');
    await api.track(1, 100, { point: { x: 0.5, y: 0.25 } });
    await api.stopTracking(1, 100);
    expect(calls()).toEqual([
      ['POST', '/api/v1/vehicles/1/commands', '{"command":"heading","headingDeg":90,"issuedAt":"2026-01-02T00:00:00.000Z"}'],
      ['POST', '/api/v1/vehicles/1/camera', '{"camera":100,"command":"zoom","rate":-1}'],
      ['POST', '/api/v1/vehicles/1/gimbal', '{"gimbal":154,"mode":"lock"}'],
      ['POST', '/api/v1/vehicles/1/tracking', '{"camera":100,"point":{"x":0.5,"y":0.25}}'],
      ['DELETE', '/api/v1/vehicles/1/tracking?camera=100', undefined],
    ]);
  });
});

describe('Hold', () => {
  it('sends a stop after a start that is still on its way, and nothing that is over', async () => {
    const sent: number[] = [];
    let answer = (): void => undefined;
    const hold = new Hold<number>(0, (rate: number) => {
      sent.push(rate);
      return new Promise<void>((done) => (answer = done));
    }, vi.fn());
    const all = hold.set(1);
    void hold.set(0);
    void hold.set(-1);
    void hold.set(0);
    answer();
    await vi.waitFor(() => expect(sent).toEqual([1, 0]));
    answer();
    await all;
    expect(sent).toEqual([1, 0]);
  });
  it('tries a stop again, says when it gives up, and can be used after that', async () => {
    const failed = vi.fn();
    const send = vi.fn<(rate: number) => Promise<void>>().mockRejectedValue(new Error('no answer'));
    const hold = new Hold<number>(0, send, failed, 3);
    await hold.set(1);
    await hold.set(0);
    expect(send.mock.calls.map(([rate]) => rate)).toEqual([1, 0, 0, 0]);
    expect(failed).toHaveBeenCalledTimes(2);
    send.mockResolvedValue();
    await hold.set(1);
    await hold.set(0);
    expect(send.mock.calls.map(([rate]) => rate).slice(4)).toEqual([1, 0]);
  });
  it('renews what is held until it is let go, or until a renewal fails', async () => {
    vi.useFakeTimers();
    try {
      const failed = vi.fn();
      const send = vi.fn<(rate: number) => Promise<void>>().mockResolvedValue();
      const hold = new Hold<number>(0, send, failed);
      await hold.set(1);
      await vi.advanceTimersByTimeAsync(1000);
      await hold.set(0);
      await vi.advanceTimersByTimeAsync(1000);
      expect(send.mock.calls.map(([rate]) => rate)).toEqual([1, 1, 1, 1, 1, 1, 0]);
      await hold.set(-1);
      send.mockRejectedValue(new Error('refused'));
      await vi.advanceTimersByTimeAsync(1000);
      expect(send).toHaveBeenCalledTimes(9);
      expect(failed).toHaveBeenCalledTimes(1);
    } finally {
      vi.useRealTimers();
    }
  });
  it('does not stop what was never started', async () => {
    const send = vi.fn(async () => undefined);
    await new Hold<number>(0, send, vi.fn()).set(0);
    expect(send).not.toHaveBeenCalled();
  });
});

describe('places in a picture', () => {
  const tile = { width: 400, height: 400 };
  const picture = { width: 1280, height: 640 };
  it('lies in the middle of its tile with its shape kept', () => expect(pictureIn(tile, picture)).toEqual({ x: 0, y: 100, width: 400, height: 200 }));
  it('a click is a point, and beside the picture nothing', () => {
    expect(targetOf({ x: 100, y: 150 }, { x: 103, y: 148 }, tile, picture)).toEqual({ point: { x: 0.25, y: 0.25 } });
    expect(targetOf({ x: 100, y: 50 }, { x: 100, y: 50 }, tile, picture)).toBeUndefined();
    expect(targetOf({ x: 100, y: 150 }, { x: 100, y: 150 }, tile, { width: 0, height: 0 })).toBeUndefined();
  });
  it('a drag in any direction is a box, cut at the edge of the picture', () => {
    expect(targetOf({ x: 300, y: 200 }, { x: 200, y: 150 }, tile, picture)).toEqual({ box: { x: 0.5, y: 0.25, w: 0.25, h: 0.25 } });
    expect(targetOf({ x: 200, y: 250 }, { x: 500, y: 390 }, tile, picture)).toEqual({ box: { x: 0.5, y: 0.75, w: 0.5, h: 0.25 } });
    expect(targetOf({ x: 10, y: 10 }, { x: 390, y: 60 }, tile, picture)).toBeUndefined();
  });
});

describe('payload', () => {
  const camera: Camera = { id: 100 };
  it('shows the camera of a feed, or the only one', () => {
    expect(cameraOf([camera, { id: 101 }], 101)?.id).toBe(101);
    expect(cameraOf([camera, { id: 101 }], undefined)).toBeUndefined();
    expect(cameraOf([camera], undefined)?.id).toBe(100);
    expect(cameraOf([camera], 7)).toBeUndefined();
  });
  it('tries what a camera has not told of, and not what it lacks', () => {
    expect(can(camera, 'zoom')).toBe(true);
    expect(can({ abilities: ['photo'] }, 'zoom')).toBe(false);
  });
  it('counts the time of a recording and warns of a full memory', () => {
    expect(cameraWords({ ...camera, recording: true, recordingS: 72, photos: 1, freeMiB: 2048 })).toBe('● recording 1:12 · 1 photo · 2.0 GiB free');
    expect(cameraWords(camera)).toBe('idle');
    expect([storageLow(camera), storageLow({ ...camera, freeMiB: 310 })]).toEqual([false, true]);
  });
  it('says who moves a gimbal', () => {
    const gimbal: GimbalState = { id: 154 };
    expect(controlWords(gimbal)).toBe('who controls it is not told');
    expect(controlWords({ ...gimbal, control: { who: 'other', system: 254, component: 190 } })).toBe('station 254/190 controls it');
  });
  it('draws what is tracked only while it is', () => {
    const box = { x: 0.3, y: 0.4, w: 0.2, h: 0.1 };
    expect(trackingBox({ state: 'coasting', box })).toEqual(box);
    expect(trackingBox({ state: 'idle', box })).toBeUndefined();
    expect(trackingBox({ state: 'active', point: { x: 0.5, y: 0.5, radius: 0.1 } })).toMatchObject({ x: 0.4, w: 0.2 });
    expect(trackingWords({ state: 'idle' })).toBeUndefined();
  });
});
