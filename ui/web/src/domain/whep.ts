/**
 * One viewer of one feed over WebRTC (WHEP, RFC 9725 without trickle): offer to receive video and metadata, wait until candidates are
 * gathered, post it, set the answer. No STUN or TURN but the station's own TURN server, where it names one: on the second
 * try, or at once where it asks for that. A connection that is lost is restarted on the same track; when that fails, or
 * the station has no signal yet, another is made with back-off until close(), which also ends the session.
 */
import { ApiProblem, type WhepAnswer } from './api';
import { Backoff } from './backoff';
import { askForCaptureTimes } from './capture';
import { endpoints, fragmentOf, kinds, withFragment } from './icesdp';
import { readMetadata, type FrameMetadata } from './metadata';
import { pathWords } from './pathwords';
import { texts } from '../texts';

export type WhepState = 'connecting' | 'connected' | 'waiting';

export interface WhepHandlers {
  /** The stream to play and what receives it; undefined when it has ended. */
  stream(stream: MediaStream | undefined, receiver?: RTCRtpReceiver): void;
  /** detail says why it waits, in words; alternate is a feed that shows the same where this browser cannot play this one. */
  state(state: WhepState, detail?: string, alternate?: string): void;
  /** What the metadata beside the picture says, as it comes. */
  metadata?(metadata: FrameMetadata): void;
}

/** The calls of the API that a viewer needs. */
export interface WhepApi {
  whepOffer(feed: string, sdp: string, signal?: AbortSignal): Promise<WhepAnswer>;
  whepRestart(session: string, fragment: string): Promise<string>;
  whepHeard(session: string): Promise<number>;
  whepEnd(session: string): Promise<void>;
}

const gatherTimeoutMs = 3_000;
const connectTimeoutMs = 12_000;
/** A path that is gone for so long is looked for anew, and given up after restartForMs. */
const disconnectedForMs = 1_000;
const restartForMs = 8_000;
const farewellMs = 1_000;
/** An offer that the station refused is good for another try for so long: then the network may be another. */
const offerForMs = 60_000;
/** The data channel of metadata (docs/api.md). Late metadata is of no use, so that it is sent again a few times only. */
const dataLabel = 'klv';
const dataOptions: RTCDataChannelInit = { ordered: true, maxRetransmits: 3 };

export class WhepClient {
  private peer: RTCPeerConnection | undefined;
  private session: string | undefined;
  private answer = '';
  private closed = false;
  private offeredAt = 0;
  private wasConnected = false;
  private restarting = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private abort: AbortController | undefined;
  private readonly backoff = new Backoff(500, 8_000);
  /** The station's TURN servers as it named them last, and whether to use them. */
  private relays: RTCIceServer[] = [];
  private relayed = false;
  private why: [] | [words: string, alternate: string | undefined] = [];

  constructor(
    private readonly feed: string,
    private readonly api: WhepApi,
    private readonly handlers: WhepHandlers,
    private readonly createPeer: (config: RTCConfiguration) => RTCPeerConnection = (config) => new RTCPeerConnection(config),
    private readonly pageHost: string = globalThis.location?.hostname ?? '',
  ) {}

  start(): void {
    if (this.closed || this.peer) return;
    // Why the last attempt failed stays to be read until one succeeds.
    this.handlers.state('connecting', ...this.why);
    void this.connect();
  }

  /** Gives up a connection that stands but shows nothing new, and makes another. */
  restart(reason: string): void {
    if (this.peer?.connectionState === 'connected') this.retry(reason);
  }

  /** Gives up a session whose feed has turned out to be one that nobody can play. */
  refuse(reason: string): void {
    if (this.session !== undefined) this.retry(reason);
  }

  close(): void {
    this.closed = true;
    this.drop();
  }

  private async connect(): Promise<void> {
    const peer = this.createPeer({ iceServers: this.relayed ? this.relays : [] });
    const abort = new AbortController();
    this.peer = peer;
    this.abort = abort;
    this.wasConnected = this.restarting = false;
    this.after(connectTimeoutMs, () => void this.giveUp(peer));
    askForCaptureTimes(peer.addTransceiver('video', { direction: 'recvonly' }));
    // Opened here, because an offer has a place for data channels only then.
    const data = peer.createDataChannel(dataLabel, dataOptions);
    data.onmessage = (event: MessageEvent<unknown>) => {
      const metadata = peer === this.peer ? readMetadata(event.data) : undefined;
      if (metadata) this.handlers.metadata?.(metadata);
    };
    peer.ontrack = (event) => {
      if (peer !== this.peer) return;
      this.handlers.stream(event.streams[0] ?? new MediaStream([event.track]), event.receiver);
      this.watchEnd(peer, event.receiver);
    };
    peer.onconnectionstatechange = () => this.changed(peer);
    try {
      await peer.setLocalDescription(await peer.createOffer());
      await gathered(peer);
    } catch (error) {
      if (peer === this.peer) this.refused(peer, error);
      return;
    }
    this.offeredAt = performance.now();
    await this.ask(peer, abort.signal);
  }

  private async ask(peer: RTCPeerConnection, signal: AbortSignal): Promise<void> {
    try {
      const got = await this.api.whepOffer(this.feed, peer.localDescription?.sdp ?? '', signal);
      if (peer !== this.peer) {
        // Closed while the answer was on its way: the station must not keep the session.
        await this.end(got.session);
        return;
      }
      this.session = got.session;
      this.answer = got.answer;
      this.relays = got.relays.servers;
      if (got.relays.first && this.relays.length > 0 && !this.relayed) {
        this.relayed = true;
        this.drop();
        this.start();
        return;
      }
      await peer.setRemoteDescription({ type: 'answer', sdp: got.answer });
    } catch (error) {
      if (peer === this.peer) this.refused(peer, error);
    }
  }

  private refused(peer: RTCPeerConnection, error: unknown): void {
    if (!(error instanceof ApiProblem)) return this.retry(texts.paths.failed);
    const { abort } = this;
    if (!abort || performance.now() - this.offeredAt > offerForMs) return this.retry(error.message, error.alternate);
    // A feed without signal may be asked for hundreds of times, and a connection is dear to make.
    this.waits(error.message, error.alternate, () => {
      this.handlers.state('connecting', ...this.why);
      this.after(connectTimeoutMs, () => void this.giveUp(peer));
      void this.ask(peer, abort.signal);
    });
  }

  private changed(peer: RTCPeerConnection): void {
    if (peer !== this.peer) return;
    switch (peer.connectionState) {
      case 'connected':
        clearTimeout(this.timer);
        this.backoff.reset();
        this.wasConnected = true;
        this.restarting = false;
        this.why = [];
        this.handlers.state('connected');
        return;
      case 'disconnected':
        if (!this.restarting) this.after(disconnectedForMs, () => void this.restartIce(peer));
        return;
      case 'failed':
        if (!this.wasConnected) void this.giveUp(peer);
        else if (this.restarting) this.retry(texts.paths.lost);
        else void this.restartIce(peer);
        return;
      case 'closed':
        this.retry(texts.paths.failed);
        return;
      default:
    }
  }

  /** Learns at once that the station has ended the session, which the connection would show as a path that is gone. */
  private watchEnd(peer: RTCPeerConnection, receiver: RTCRtpReceiver): void {
    const { transport } = receiver;
    transport?.addEventListener('statechange', () => {
      if (peer === this.peer && transport.state === 'closed') this.retry(texts.paths.ended);
    });
  }

  /** Looks for a path anew: the network may be another, but the session and its track stay. */
  private async restartIce(peer: RTCPeerConnection): Promise<void> {
    const { session } = this;
    if (peer !== this.peer || this.restarting || session === undefined) return;
    this.restarting = true;
    this.handlers.state('connecting', texts.paths.lostLooking);
    this.after(restartForMs, () => this.retry(texts.paths.lost));
    try {
      await peer.setLocalDescription(await peer.createOffer({ iceRestart: true }));
      await gathered(peer);
      const fragment = await this.api.whepRestart(session, fragmentOf(peer.localDescription?.sdp ?? ''));
      if (peer !== this.peer) return;
      this.answer = withFragment(this.answer, fragment);
      await peer.setRemoteDescription({ type: 'answer', sdp: this.answer });
    } catch {
      // The station may have given the session up, or cannot be reached: another one will say.
      if (peer === this.peer) this.retry(texts.paths.lost);
    }
  }

  /** Ends an attempt that found no path, and says why. The next one may use the station's TURN server. */
  private async giveUp(peer: RTCPeerConnection): Promise<void> {
    clearTimeout(this.timer);
    const words = this.session === undefined ? texts.paths.noAnswer : await this.diagnose(peer, this.session);
    if (peer !== this.peer) return;
    this.relayed = this.relays.length > 0;
    this.retry(words);
  }

  private async diagnose(peer: RTCPeerConnection, session: string): Promise<string> {
    const [heard, stats] = await Promise.all([this.api.whepHeard(session).catch(() => undefined), peer.getStats().catch(() => undefined)]);
    let requestsSent = 0;
    let responsesReceived = 0;
    stats?.forEach((s: { type: string; requestsSent?: number; responsesReceived?: number }) => {
      if (s.type !== 'candidate-pair') return;
      requestsSent += s.requestsSent ?? 0;
      responsesReceived += s.responsesReceived ?? 0;
    });
    const browser = kinds(peer.localDescription?.sdp ?? '');
    const relays = this.relayed ? this.relays.map((r) => String(r.urls).replace(/^turns?:|\?.*$/g, '')) : [];
    return pathWords({ station: endpoints(this.answer), browser, requestsSent, responsesReceived, heard, relays }, this.pageHost);
  }

  private retry(reason: string, alternate?: string): void {
    this.drop();
    if (!this.closed) this.waits(reason, alternate, () => this.start());
  }

  /** Says why there is no picture, and tries again after a while. */
  private waits(reason: string, alternate: string | undefined, again: () => void): void {
    this.why = [reason, alternate];
    this.handlers.stream(undefined);
    this.handlers.state('waiting', reason, alternate);
    this.after(this.backoff.next(), again);
  }

  private after(ms: number, what: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(what, ms);
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

/** Waits for the candidates of the present description: right after a restart the state may still be that of before. */
function gathered(peer: RTCPeerConnection): Promise<void> {
  const complete = (): boolean => peer.iceGatheringState === 'complete' && (peer.localDescription?.sdp ?? '').includes('a=candidate:');
  if (complete()) return Promise.resolve();
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
