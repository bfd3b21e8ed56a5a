/**
 * One viewer of one feed over WebRTC (WHEP, RFC 9725 without trickle): offer to receive video, wait until candidates are
 * gathered, post it, set the answer. No STUN or TURN: nothing leaves the origin. When the connection fails or the station
 * has no signal yet, it tries again with back-off until close(), which also ends the session at the station.
 */
import { ApiProblem } from './api';
import { Backoff } from './backoff';

export type WhepState = 'connecting' | 'connected' | 'waiting';

export interface WhepHandlers {
  /** The stream to play; undefined when it has ended. */
  stream(stream: MediaStream | undefined): void;
  /** detail says why it waits, in the station's words. */
  state(state: WhepState, detail?: string): void;
}

/** The two calls of the API that a viewer needs. */
export interface WhepApi {
  whepOffer(feed: string, sdp: string, signal?: AbortSignal): Promise<{ answer: string; session?: string }>;
  whepEnd(session: string): Promise<void>;
}

const gatherTimeoutMs = 3_000;
const connectTimeoutMs = 12_000;
const disconnectedForMs = 4_000;
const farewellMs = 1_000;

export class WhepClient {
  private peer: RTCPeerConnection | undefined;
  private session: string | undefined;
  private closed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private abort: AbortController | undefined;
  private readonly backoff = new Backoff(500, 8_000);

  constructor(
    private readonly feed: string,
    private readonly api: WhepApi,
    private readonly handlers: WhepHandlers,
    private readonly createPeer: () => RTCPeerConnection = () => new RTCPeerConnection({ iceServers: [] }),
  ) {}

  start(): void {
    if (this.closed || this.peer) return;
    this.handlers.state('connecting');
    void this.connect();
  }

  /** Gives up a connection that stands but shows nothing new, and makes another. */
  restart(reason: string): void {
    if (this.peer?.connectionState === 'connected') this.retry(reason);
  }

  close(): void {
    this.closed = true;
    this.drop();
  }

  private async connect(): Promise<void> {
    const peer = this.createPeer();
    const abort = new AbortController();
    this.peer = peer;
    this.abort = abort;
    this.timer = setTimeout(() => this.retry('no connection in time'), connectTimeoutMs);
    peer.addTransceiver('video', { direction: 'recvonly' });
    peer.ontrack = (event) => {
      if (peer !== this.peer) return;
      this.handlers.stream(event.streams[0] ?? new MediaStream([event.track]));
    };
    peer.onconnectionstatechange = () => this.changed(peer);
    try {
      await peer.setLocalDescription(await peer.createOffer());
      await gathered(peer);
      const { answer, session } = await this.api.whepOffer(this.feed, peer.localDescription?.sdp ?? '', abort.signal);
      if (peer !== this.peer) {
        // Closed while the answer was on its way: the station must not keep the session.
        await this.end(session);
        return;
      }
      this.session = session;
      await peer.setRemoteDescription({ type: 'answer', sdp: answer });
    } catch (error) {
      if (peer === this.peer) this.retry(error instanceof ApiProblem ? error.message : 'the connection failed');
    }
  }

  private changed(peer: RTCPeerConnection): void {
    if (peer !== this.peer) return;
    switch (peer.connectionState) {
      case 'connected':
        clearTimeout(this.timer);
        this.backoff.reset();
        this.handlers.state('connected');
        return;
      case 'disconnected':
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.retry('the connection was lost'), disconnectedForMs);
        return;
      case 'failed':
      case 'closed':
        this.retry('the connection failed');
        return;
      default:
    }
  }

  private retry(reason: string): void {
    this.drop();
    if (this.closed) return;
    this.handlers.stream(undefined);
    this.handlers.state('waiting', reason);
    this.timer = setTimeout(() => this.start(), this.backoff.next());
  }

  private drop(): void {
    clearTimeout(this.timer);
    this.abort?.abort();
    const { peer, session } = this;
    this.peer = this.abort = this.session = undefined;
    if (peer) peer.ontrack = peer.onconnectionstatechange = null;
    void this.end(session).finally(() => peer?.close());
  }

  /** Says farewell first, so that the station does not find the session gone before it is asked to end it. */
  private async end(session: string | undefined): Promise<void> {
    if (session === undefined) return;
    const patience = new Promise((resolve) => setTimeout(resolve, farewellMs));
    // The station also notices a viewer that has gone, so a failed farewell costs nothing.
    await Promise.race([this.api.whepEnd(session).catch(() => undefined), patience]);
  }
}

function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      peer.removeEventListener('icegatheringstatechange', check);
      resolve();
    };
    const check = (): void => {
      if (peer.iceGatheringState === 'complete') done();
    };
    // What is gathered by then is offered: on a machine with a dead interface the rest may never come.
    const timer = setTimeout(done, gatherTimeoutMs);
    peer.addEventListener('icegatheringstatechange', check);
  });
}
