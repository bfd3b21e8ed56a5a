import { describe, expect, it, vi } from 'vitest';
import { Api, ApiProblem } from './api';
import type { LiveMessage } from './messages';
import type { Track } from './model';
import { Store } from './store';

describe('Api', () => {
  const answer = (status: number, body: unknown, type = 'application/json'): typeof fetch =>
    vi.fn(async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers: { 'Content-Type': type } }));

  it('sends a command as JSON to its vehicle', async () => {
    const fetcher = vi.fn<typeof fetch>(async () => new Response('{"result":"accepted"}'));
    await new Api(fetcher).command(2, { command: 'takeoff', altitudeAGL: 30 });
    const [url, init] = fetcher.mock.calls[0]!;
    expect(url).toBe('/api/v1/vehicles/2/commands');
    expect(init).toMatchObject({ method: 'POST', body: '{"command":"takeoff","altitudeAGL":30}' });
  });

  it('gives a problem its reason in words', async () => {
    const api = new Api(answer(409, { title: 'Conflict', detail: 'ben has control of vehicle 2' }, 'application/problem+json'));
    await expect(api.takeControl(2)).rejects.toMatchObject({ status: 409, message: 'ben has control of vehicle 2' });
  });

  it('signs in with a code only where one is given, and hears that one is needed', async () => {
    const me = { name: 'ann', role: 'operator', station: { id: 'p' } };
    const fetcher = vi.fn<typeof fetch>(async () => new Response(JSON.stringify(me)));
    await new Api(fetcher).signIn('ann', 'secret');
    await new Api(fetcher).signIn('ann', 'secret', '123456');
    expect(fetcher.mock.calls.map(([, init]) => init?.body)).toEqual(['{"name":"ann","password":"secret"}', '{"name":"ann","password":"secret","code":"123456"}']);
    const asked = new Api(answer(401, { title: 'Unauthorized', detail: 'give the code', needs: 'code' }, 'application/problem+json'));
    await expect(asked.signIn('ann', 'secret')).rejects.toMatchObject({ status: 401, needs: 'code' });
  });

  it('survives a refusal and an answer that are no JSON', async () => {
    await expect(new Api(answer(502, '<html>')).me()).rejects.toMatchObject({ status: 502 });
    await expect(new Api(answer(200, '<html>')).me()).rejects.toThrow('is not JSON');
    await expect(new Api(answer(200, { name: 1 })).me()).rejects.toThrow('expected text');
  });

  it('says that nobody knows when no answer comes', async () => {
    const api = new Api(async () => Promise.reject(new TypeError('failed to fetch')));
    const error = await api.command(1, { command: 'land' }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiProblem);
    expect(error).toMatchObject({ status: 0 });
    expect(String(error)).toContain('not known');
  });
});

describe('Store', () => {
  const track = (id: string, lat: number, t: number): Track => ({
    id,
    position: { lat, lon: 149 },
    status: 'confirmed',
    class: 'person',
    lastSeen: t,
    t,
  });
  const snapshot = (tracks: Track[]): LiveMessage => ({
    type: 'snapshot',
    seq: 1,
    data: {
      me: { name: 'o', role: 'operator', station: { id: 'p' } },
      vehicles: [{ id: 1, name: 'V', state: 'live', lastSeen: 0 }],
      feeds: [],
      sensors: [{ id: 's-1', kind: 'pir', position: { lat: 0, lon: 0 }, state: 'ok' }],
      tracks,
      trackNumbers: {},
      alerts: [],
      cues: [],
      zones: [],
      traffic: [],
      serverTime: 0,
    },
  });

  it('a snapshot replaces everything', () => {
    const store = new Store();
    store.apply(snapshot([track('t-1', -35, 0)]));
    store.apply(snapshot([track('t-2', -35, 0)]));
    expect([...store.tracks.values()].map((t) => t.id)).toEqual(['t-2']);
    expect([...store.trails.keys()]).toEqual(['t-2']);
    expect(store.vehicles.size).toBe(1);
  });

  it('takes several tracks that are told together', () => {
    const store = new Store();
    store.apply(snapshot([]));
    store.apply({ type: 'tracks', seq: 1, data: [{ track: track('t-2', -35, 11_000), number: 2 }, { track: track('t-3', -35, 11_000), number: undefined }] });
    expect([...store.tracks.values()].map((t) => t.id)).toEqual(['t-2', 't-3']);
    expect([...store.trails.keys()]).toEqual(['t-2', 't-3']);
  });

  it('a trail grows with movement, not with updates, and ends with its track', () => {
    const store = new Store();
    store.apply(snapshot([]));
    for (let i = 0; i < 10; i += 1) store.apply({ type: 'track', seq: i, data: track('t-1', -35 + i * 1e-6, i * 1000) });
    expect(store.trails.get('t-1')).toHaveLength(1);
    store.apply({ type: 'track', seq: 11, data: track('t-1', -35.001, 11_000) });
    expect(store.trails.get('t-1')).toHaveLength(2);
    store.apply({ type: 'track', seq: 12, data: track('t-1', -35.01, 700_000) });
    expect(store.trails.get('t-1')).toHaveLength(1);
    store.apply({ type: 'trackGone', seq: 13, data: { id: 't-1' } });
    expect(store.trails.size).toBe(0);
  });

  it('tells which topics changed', () => {
    const store = new Store();
    const heard: string[][] = [];
    const stop = store.onChange((topics) => heard.push([...topics]));
    store.apply({ type: 'trip', seq: 1, data: { sensor: 's-1', kind: 'pir', t: 5 } });
    stop();
    store.apply(snapshot([]));
    expect(heard).toEqual([['sensors']]);
    expect(store.trips.get('s-1')?.t).toBe(5);
  });
});
