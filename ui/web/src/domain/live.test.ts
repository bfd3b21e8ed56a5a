import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deadAfterMs, LiveSocket, pingEveryMs, staleAfterMs, type LinkState, type SocketLike } from './live';
import type { LiveMessage } from './messages';

class FakeSocket implements SocketLike {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readyState = 1;
  binaryType: BinaryType = 'blob';
  sent: string[] = [];
  closed = false;
  send(data: string): void {
    this.sent.push(data);
  }
  close(): void {
    this.closed = true;
  }
  receive(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent);
  }
}

const snapshot = (seq: number): unknown => ({
  type: 'snapshot',
  seq,
  data: {
    me: { name: 'operator', role: 'operator', station: { id: 'post-1' } },
    vehicles: [],
    feeds: [],
    sensors: [],
    tracks: { type: 'FeatureCollection', features: [] },
    alerts: [],
    cues: [],
    zones: { type: 'FeatureCollection', features: [] },
    serverTime: '2026-01-01T00:00:00.000Z',
  },
});

const time = (seq: number): unknown => ({ type: 'time', seq, data: { serverTime: '2026-01-01T00:00:01.000Z' } });

describe('LiveSocket', () => {
  let sockets: FakeSocket[];
  let states: LinkState[];
  let messages: LiveMessage[];
  let problems: string[];
  let lost: number;
  let live: LiveSocket;

  beforeEach(() => {
    vi.useFakeTimers();
    sockets = [];
    states = [];
    messages = [];
    problems = [];
    lost = 0;
    live = new LiveSocket(
      'ws://station/live',
      {
        message: (m) => messages.push(m),
        state: (s) => states.push(s),
        problem: (p) => problems.push(p),
        lost: () => (lost += 1),
      },
      () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket;
      },
      () => Date.now(),
    );
    live.start();
  });

  afterEach(() => {
    live.close();
    vi.useRealTimers();
  });

  it('is live after the snapshot and passes changes on', () => {
    sockets[0]!.receive(snapshot(1));
    sockets[0]!.receive(time(2));
    expect(states).toEqual(['connecting', 'live']);
    expect(messages.map((m) => m.type)).toEqual(['snapshot', 'time']);
  });

  it('connects anew after a gap in the numbers', () => {
    sockets[0]!.receive(snapshot(1));
    sockets[0]!.receive(time(3));
    expect(sockets[0]!.closed).toBe(true);
    expect(problems[0]).toContain('expected message 2, got 3');
    expect(states.at(-1)).toBe('down');
    vi.advanceTimersByTime(600);
    sockets[1]!.receive(snapshot(1));
    expect(states.at(-1)).toBe('live');
    expect(lost).toBe(1);
  });

  it('does not take a change before a snapshot', () => {
    sockets[0]!.receive(time(1));
    expect(messages).toEqual([]);
    expect(sockets[0]!.closed).toBe(true);
  });

  it('comes back with growing waits when the station is away, and at once after a success', () => {
    sockets[0]!.onclose?.({} as CloseEvent);
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(2);
    sockets[1]!.onclose?.({} as CloseEvent);
    vi.advanceTimersByTime(690);
    expect(sockets).toHaveLength(2);
    vi.advanceTimersByTime(310);
    expect(sockets).toHaveLength(3);
  });

  it('says stale after silence, then gives the connection up', () => {
    sockets[0]!.receive(snapshot(1));
    vi.advanceTimersByTime(staleAfterMs + 500);
    expect(states.at(-1)).toBe('stale');
    sockets[0]!.receive(time(2));
    expect(states.at(-1)).toBe('live');
    vi.advanceTimersByTime(deadAfterMs + 500);
    expect(sockets[0]!.closed).toBe(true);
    expect(states).toContain('down');
  });

  it('pings, which keeps its leases', () => {
    sockets[0]!.receive(snapshot(1));
    for (let seq = 2; seq < 14; seq += 1) {
      vi.advanceTimersByTime(1000);
      sockets[0]!.receive(time(seq));
    }
    expect(sockets[0]!.sent).toEqual(['{"type":"ping"}']);
    expect(pingEveryMs).toBe(10_000);
  });

  it('survives a message that it cannot read', () => {
    sockets[0]!.receive(snapshot(1));
    sockets[0]!.receive({ type: 'vehicle', seq: 2, data: { id: 'x' } });
    sockets[0]!.receive(time(3));
    expect(problems).toEqual(['vehicle.id: expected a number, got "x"']);
    expect(states.at(-1)).toBe('live');
  });

  it('stops for good when closed', () => {
    live.close();
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    expect(sockets[0]!.closed).toBe(true);
  });
});
