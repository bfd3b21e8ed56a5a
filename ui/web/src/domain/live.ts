/**
 * The live socket: connects, decodes, and connects again. The snapshot that opens each connection replaces everything,
 * so a gap in the numbering is mended by connecting anew. Owner of its timers and its socket; close() ends both.
 */
import { Backoff } from './backoff';
import { DecodeError } from './decode';
import { decodeMessage, type LiveMessage } from './messages';
import { readFrame } from './trackframe';

/** connecting: no snapshot yet; live; stale: open but silent for more than 1.7 s (the station speaks each second); down: waiting to try again. */
export type LinkState = 'connecting' | 'live' | 'stale' | 'down';

export interface LiveHandlers {
  message(message: LiveMessage): void;
  state(state: LinkState): void;
  /** Something arrived that the console cannot read. */
  problem(text: string): void;
  /** A connection failed or ended; the owner finds out whether the session is still good. */
  lost(): void;
}

/** The part of WebSocket that is used here, so that a test can stand in for it. */
export interface SocketLike {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  readyState: number;
  binaryType: BinaryType;
  send(data: string): void;
  close(): void;
}

export const pingEveryMs = 10_000;
/** With the time to the next look at it, silence shows within 2 s. */
export const staleAfterMs = 1_700;
const watchEveryMs = 250;
export const deadAfterMs = 10_000;

export class LiveSocket {
  private socket: SocketLike | undefined;
  private state: LinkState = 'down';
  private lastSeq: number | undefined;
  private lastHeard = 0;
  private closed = false;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private pingTimer: ReturnType<typeof setInterval> | undefined;
  private watchTimer: ReturnType<typeof setInterval> | undefined;
  private readonly backoff = new Backoff(500, 10_000);

  constructor(
    private readonly url: string,
    private readonly handlers: LiveHandlers,
    private readonly open: (url: string) => SocketLike = (u) => new WebSocket(u),
    private readonly now: () => number = () => performance.now(),
  ) {}

  start(): void {
    if (this.closed || this.socket) return;
    this.setState('connecting');
    this.lastSeq = undefined;
    this.lastHeard = this.now();
    const socket = this.open(this.url);
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onmessage = (event) => this.received(socket, event.data);
    socket.onclose = () => this.ended(socket);
    this.pingTimer = setInterval(() => this.ping(), pingEveryMs);
    this.watchTimer = setInterval(() => this.watch(), watchEveryMs);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retryTimer);
    const socket = this.socket;
    this.drop();
    socket?.close();
  }

  private received(socket: SocketLike, data: unknown): void {
    if (socket !== this.socket) return;
    this.lastHeard = this.now();
    let message: LiveMessage;
    try {
      message = data instanceof ArrayBuffer ? rowsOf(data) : decodeMessage(typeof data === 'string' ? data : '', (e) => this.handlers.problem(e.message));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.handlers.problem(error.message);
      this.resync(socket);
      return;
    }
    const expected = this.lastSeq === undefined ? message.seq : this.lastSeq + 1;
    if (message.seq !== expected || (this.lastSeq === undefined && message.type !== 'snapshot')) {
      this.handlers.problem(`live socket: expected message ${expected}, got ${message.seq} (${message.type})`);
      this.resync(socket);
      return;
    }
    this.lastSeq = message.seq;
    if (message.type === 'snapshot') this.backoff.reset();
    this.setState('live');
    this.handlers.message(message);
  }

  private resync(socket: SocketLike): void {
    socket.close();
    this.ended(socket);
  }

  private ended(socket: SocketLike): void {
    if (socket !== this.socket) return;
    this.drop();
    if (this.closed) return;
    this.setState('down');
    this.handlers.lost();
    this.retryTimer = setTimeout(() => this.start(), this.backoff.next());
  }

  private drop(): void {
    clearInterval(this.pingTimer);
    clearInterval(this.watchTimer);
    if (this.socket) this.socket.onmessage = this.socket.onclose = null;
    this.socket = undefined;
  }

  private ping(): void {
    if (this.socket?.readyState === 1) this.socket.send('{"type":"ping"}');
  }

  private watch(): void {
    const silentMs = this.now() - this.lastHeard;
    if (silentMs > deadAfterMs && this.socket) this.resync(this.socket);
    else if (silentMs > staleAfterMs && this.state === 'live') this.setState('stale');
  }

  private setState(state: LinkState): void {
    if (state === this.state) return;
    this.state = state;
    this.handlers.state(state);
  }
}

/** Tracks come in binary, everything else as text. */
function rowsOf(data: ArrayBuffer): LiveMessage {
  const frame = readFrame(data);
  return { type: 'rows', seq: frame.seq, data: frame };
}
