import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem, type WhepAnswer } from './api';
import type { FrameMetadata } from './metadata';
import { WhepClient, type WhepApi, type WhepState } from './whep';

const candidate = 'a=candidate:1 1 udp 2122260223 192.0.2.9 50000 typ host generation 0\r\n';
const stationCandidates =
  'a=candidate:1 1 udp 2130706431 10.0.0.5 8189 typ host\r\na=candidate:2 1 tcp 1671430143 10.0.0.5 8189 typ host tcptype passive\r\na=candidate:3 1 udp 2130706431 127.0.0.1 8189 typ host\r\n';
const head = (ufrag: string): string => `a=group:BUNDLE 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=ice-ufrag:${ufrag}\r\na=ice-pwd:pwd-${ufrag}\r\n`;

/** A browser's peer connection whose network the test decides on. */
class FakePeer extends EventTarget {
  iceGatheringState = 'new';
  connectionState = 'new';
  localDescription: { sdp: string } | null = null;
  remotes: { sdp: string }[] = [];
  closed = false;
  ontrack: ((e: unknown) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  transceivers: unknown[] = [];
  pairs: object[] = [];
  offers = 0;
  constructor(readonly config: RTCConfiguration) {
    super();
  }
  channels: { label: string; onmessage?: (event: { data: unknown }) => void }[] = [];
  createDataChannel(label: string): object {
    const channel = { label };
    this.channels.push(channel);
    return channel;
  }
  addTransceiver(kind: string, init: unknown): object {
    this.transceivers.push([kind, init]);
    return {};
  }
  async createOffer(): Promise<{ sdp: string }> {
    this.offers += 1;
    return { sdp: head(`browser${this.offers}`) };
  }
  async setLocalDescription(d: { sdp: string }): Promise<void> {
    this.localDescription = d;
    queueMicrotask(() => {
      this.localDescription = { sdp: d.sdp + candidate };
      this.iceGatheringState = 'complete';
      this.dispatchEvent(new Event('icegatheringstatechange'));
    });
  }
  async setRemoteDescription(d: { sdp: string }): Promise<void> {
    this.remotes.push(d);
  }
  async getStats(): Promise<object[]> {
    return this.pairs;
  }
  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
  close(): void {
    this.closed = true;
  }
}

/** A station that answers as the test says. */
class FakeStation implements WhepApi {
  offers: string[] = [];
  ended: string[] = [];
  restarts: string[] = [];
  heard: number | undefined = 0;
  refuse: ApiProblem | undefined;
  refuseRestart: ApiProblem | undefined;
  relays = { servers: [] as RTCIceServer[], first: false };

  async whepOffer(feed: string, sdp: string): Promise<WhepAnswer> {
    this.offers.push(sdp);
    if (this.refuse) throw this.refuse;
    const session = `/api/v1/feeds/${feed}/whep/${this.offers.length}`;
    return { answer: head('station') + stationCandidates, session, relays: this.relays };
  }
  async whepRestart(session: string, fragment: string): Promise<string> {
    this.restarts.push(session + '\n' + fragment);
    if (this.refuseRestart) throw this.refuseRestart;
    return head('fresh') + 'a=candidate:9 1 udp 1 10.0.0.6 8189 typ host\r\na=end-of-candidates\r\n';
  }
  async whepHeard(): Promise<number> {
    if (this.heard === undefined) throw new Error('gone');
    return this.heard;
  }
  async whepEnd(session: string): Promise<void> {
    this.ended.push(session);
  }
}

describe('WhepClient', () => {
  let peers: FakePeer[];
  let states: [WhepState, string?, string?][];
  let station: FakeStation;
  let client: WhepClient;
  let metadata: FrameMetadata[];

  beforeEach(() => {
    vi.useFakeTimers();
    peers = [];
    states = [];
    station = new FakeStation();
    metadata = [];
    client = new WhepClient(
      '1-eo',
      station,
      { stream: () => undefined, state: (...s) => states.push(s), metadata: (m) => metadata.push(m) },
      (config) => {
        const peer = new FakePeer(config);
        peers.push(peer);
        return peer as unknown as RTCPeerConnection;
      },
      '10.0.0.5',
    );
  });

  afterEach(() => {
    client.close();
    vi.useRealTimers();
  });

  const settle = (ms = 10): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

  it('offers to receive video, with its candidates, and ends its session', async () => {
    client.start();
    await settle();
    expect(peers[0]!.config).toEqual({ iceServers: [] });
    expect(peers[0]!.transceivers).toEqual([['video', { direction: 'recvonly' }]]);
    expect(station.offers).toEqual([head('browser1') + candidate]);
    expect(peers[0]!.remotes).toEqual([{ type: 'answer', sdp: head('station') + stationCandidates }]);
    peers[0]!.become('connected');
    expect(states.at(-1)).toEqual(['connected']);
    client.close();
    await settle();
    expect(peers[0]!.closed).toBe(true);
    expect(station.ended).toEqual(['/api/v1/feeds/1-eo/whep/1']);
  });

  it('tells the metadata that comes on its data channel, and leaves out what it cannot read', async () => {
    client.start();
    await settle();
    const [channel] = peers[0]!.channels;
    expect(channel!.label).toBe('klv');
    channel!.onmessage!({ data: '{"t":"2026-11-26T12:00:00Z","exact":true,"slantRangeM":90}' });
    channel!.onmessage!({ data: 'garbage' });
    client.close();
    channel!.onmessage!({ data: '{"t":"2026-11-26T12:00:01Z","exact":true}' }); // too late
    expect(metadata.map((m) => m.slantRangeM)).toEqual([90]);
  });

  it('tries again when the feed has no signal yet, and says why', async () => {
    station.refuse = new ApiProblem(503, 'No signal', 'feed 1-eo has no signal yet');
    client.start();
    await settle();
    expect(states.at(-1)).toEqual(['waiting', 'feed 1-eo has no signal yet', undefined]);
    await settle(600);
    expect(station.offers).toHaveLength(2);
  });

  it('asks with the offer that was refused, for a minute, and shows the feed once it may', async () => {
    station.refuse = new ApiProblem(503, 'No signal', 'feed 1-eo has no signal yet');
    client.start();
    await settle(30_000);
    expect(peers).toHaveLength(1);
    expect(new Set(station.offers).size).toBe(1);
    expect(station.offers.length).toBeGreaterThan(5);
    await settle(50_000); // the minute, and twice the longest pause
    expect(peers).toHaveLength(2);
    expect(peers[0]!.closed).toBe(true);
    station.refuse = undefined;
    await settle(10_000);
    expect(peers).toHaveLength(2);
    expect(peers[1]!.remotes).toHaveLength(1);
    peers[1]!.become('connected');
    expect(states.at(-1)).toEqual(['connected']);
  });

  it('asks no more for a feed that nobody looks at', async () => {
    station.refuse = new ApiProblem(503, 'No signal', 'feed 1-eo has no signal yet');
    client.start();
    await settle();
    client.close();
    await settle(60_000);
    expect(station.offers).toHaveLength(1);
    expect(peers[0]!.closed).toBe(true);
  });

  it('asks anew at once when the station ends the session', async () => {
    client.start();
    await settle();
    peers[0]!.become('connected');
    const transport = Object.assign(new EventTarget(), { state: 'connected' });
    peers[0]!.ontrack?.({ streams: [{}], receiver: { transport } });
    transport.dispatchEvent(new Event('statechange'));
    expect(states.at(-1)).toEqual(['connected']);
    transport.state = 'closed';
    transport.dispatchEvent(new Event('statechange'));
    expect(states.at(-1)).toEqual(['waiting', 'the station has ended the session', undefined]);
    station.refuse = new ApiProblem(422, 'Unprocessable', 'the stream has B-frames', '1-sub');
    await settle(600);
    expect(states.at(-1)).toEqual(['waiting', 'the stream has B-frames', '1-sub']);
    expect(station.ended).toEqual(['/api/v1/feeds/1-eo/whep/1']);
  });

  it('ends a session that nobody can play, and no attempt that has none', async () => {
    client.start();
    client.refuse('the stream has B-frames');
    expect(states.at(-1)).toEqual(['connecting']);
    await settle();
    client.refuse('the stream has B-frames');
    expect(states.at(-1)).toEqual(['waiting', 'the stream has B-frames', undefined]);
    await settle();
    expect(station.ended).toEqual(['/api/v1/feeds/1-eo/whep/1']);
    expect(peers[0]!.closed).toBe(true);
  });

  it('names the feed that shows the same when this browser cannot play', async () => {
    station.refuse = new ApiProblem(422, 'Refused', 'this browser cannot play H.265', '1-eo-2');
    client.start();
    await settle();
    expect(states.at(-1)).toEqual(['waiting', 'this browser cannot play H.265', '1-eo-2']);
  });

  it('restarts ICE on the same session when the connection is lost', async () => {
    client.start();
    await settle();
    const peer = peers[0]!;
    peer.become('connected');
    peer.become('disconnected');
    await settle(900);
    expect(station.restarts).toHaveLength(0);
    await settle(200);
    expect(station.restarts).toEqual(['/api/v1/feeds/1-eo/whep/1\n' + head('browser2') + candidate]);
    expect(peer.remotes[1]!.sdp).toContain('a=ice-ufrag:fresh\r\na=ice-pwd:pwd-fresh\r\na=candidate:9 1 udp 1 10.0.0.6 8189 typ host');
    expect(peer.remotes[1]!.sdp).not.toContain('10.0.0.5');
    peer.become('connected');
    await settle(20_000);
    expect(states.at(-1)).toEqual(['connected']);
    expect(peers).toHaveLength(1);
    // And once more, from the description as it is now.
    peer.become('failed');
    await settle();
    expect(station.restarts).toHaveLength(2);
  });

  it('makes a new connection when a restart is refused, or brings nothing', async () => {
    station.refuseRestart = new ApiProblem(404, 'Not found', 'there is no such viewer');
    client.start();
    await settle();
    peers[0]!.become('connected');
    peers[0]!.become('failed');
    await settle();
    expect(states.at(-1)![0]).toBe('waiting');
    await settle(600);
    expect(peers).toHaveLength(2);
    station.refuseRestart = undefined;
    peers[1]!.become('connected');
    peers[1]!.become('disconnected');
    await settle(8_000);
    expect(peers).toHaveLength(2);
    await settle(3_000);
    expect(peers.length).toBeGreaterThan(2);
  });

  it('says what to open when no path is found, and uses the relay on the second try alone', async () => {
    station.relays.servers = [{ urls: 'turn:10.0.0.5:3478?transport=tcp', username: '1:a', credential: 'b' }];
    client.start();
    await settle(12_100);
    expect(states.at(-1)![1]).toBe('no path to 10.0.0.5:8189 by UDP or TCP: a firewall between; open port 8189 UDP and TCP on the station');
    expect(peers[0]!.config).toEqual({ iceServers: [] });
    await settle(600);
    expect(states.at(-1)).toEqual(['connecting', ...states.at(-2)!.slice(1)]); // the words stay
    expect(peers[1]!.config).toEqual({ iceServers: station.relays.servers });
    peers[1]!.become('failed');
    await settle();
    expect(states.at(-1)![1]).toContain('by UDP or TCP, and no relay from 10.0.0.5:3478: a firewall between');
  });

  it('uses the relay at once where the station asks for it', async () => {
    station.relays = { servers: [{ urls: 'turn:10.0.0.5:3478', username: '1:a', credential: 'b' }], first: true };
    client.start();
    await settle();
    expect(peers).toHaveLength(2);
    expect(peers[1]!.config.iceServers).toHaveLength(1);
    expect(station.ended).toEqual(['/api/v1/feeds/1-eo/whep/1']);
    expect(states.filter(([state]) => state === 'waiting')).toHaveLength(0);
  });

  it('tells a way that is closed for answers from one that is closed for both', async () => {
    station.heard = 7;
    client.start();
    await settle();
    peers[0]!.pairs = [{ type: 'candidate-pair', requestsSent: 9, responsesReceived: 0 }];
    peers[0]!.become('failed');
    await settle();
    expect(states.at(-1)![1]).toContain('the station hears this browser, but nothing comes back from 10.0.0.5:8189');
    await settle(600);
    peers[1]!.pairs = [{ type: 'candidate-pair', requestsSent: 9, responsesReceived: 3 }, { type: 'transport' }];
    station.heard = undefined;
    peers[1]!.become('failed');
    await settle();
    expect(states.at(-1)![1]).toContain('no agreement on keys');
  });
});
