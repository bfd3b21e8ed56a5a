/** Watching a video element's frames: how many, how often, how old the last one is. */
import { CaptureTimes, type CaptureSource } from './capture';

/** A frame that claims to be older when it is shown comes from a clock that is off; the station does not pass a camera's on that is. */
const believedDelayMs = 60_000;

/** Counts frames by their presentation; pure, so that time can be given. */
export class FrameCounter {
  private times: number[] = [];
  private total = 0;
  private lastAt: number | undefined;
  private delayMs = 0;

  /** Takes note of frames presented at an instant (ms on any steady clock), the last one taken at another, where known. */
  observe(atMs: number, frames = 1, capturedMs?: number): void {
    this.total += frames;
    this.lastAt = atMs;
    const delay = capturedMs === undefined ? 0 : atMs - capturedMs;
    this.delayMs = delay > 0 && delay < believedDelayMs ? delay : 0;
    for (let i = 0; i < Math.min(frames, 120); i += 1) this.times.push(atMs);
    this.forget(atMs);
  }

  /** Frames since the start; never falls. */
  get frames(): number {
    return this.total;
  }

  /** Frames in the last two seconds, per second. */
  fps(nowMs: number): number {
    this.forget(nowMs);
    return this.times.length / 2;
  }

  /** Milliseconds since the last frame; undefined before the first. */
  ageMs(nowMs: number): number | undefined {
    return this.lastAt === undefined ? undefined : Math.max(0, nowMs - this.lastAt);
  }

  /** How old the picture is that is shown: since it was taken where that is known, else since it came; undefined before the first. */
  pictureAgeMs(nowMs: number): number | undefined {
    const shown = this.ageMs(nowMs);
    return shown === undefined ? undefined : shown + this.delayMs;
  }

  /** How long ago the picture that is shown was taken; undefined where its time is not known. */
  takenAgoMs(nowMs: number): number | undefined {
    return this.delayMs > 0 ? this.pictureAgeMs(nowMs) : undefined;
  }

  private forget(nowMs: number): void {
    while (this.times.length > 0 && nowMs - this.times[0]! > 2_000) this.times.shift();
  }
}

/** Feeds a FrameCounter from a video element until stop(). */
export class FrameWatch {
  readonly counter = new FrameCounter();
  private handle: number | undefined;
  private presented: number | undefined;
  private times: CaptureTimes | undefined;

  /** stationNow is the station's time, ms. */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly stationNow: () => number,
  ) {
    this.ask();
  }

  /** Says which receiver the frames come from now. */
  follow(receiver: CaptureSource | undefined): void {
    this.times = receiver && new CaptureTimes(receiver);
  }

  stop(): void {
    if (this.handle !== undefined) this.video.cancelVideoFrameCallback(this.handle);
    this.handle = undefined;
  }

  private ask(): void {
    this.handle = this.video.requestVideoFrameCallback((now, metadata) => {
      // The callback may skip frames on a busy page; presentedFrames does not, but starts anew with each stream.
      const step = this.presented === undefined ? 1 : metadata.presentedFrames - this.presented;
      this.presented = metadata.presentedFrames;
      const takenMs = this.times?.of(metadata.rtpTimestamp, now);
      this.counter.observe(now, step > 0 ? step : 1, takenMs === undefined ? metadata.captureTime : now - (this.stationNow() - takenMs));
      this.ask();
    });
  }
}

export interface PictureInput {
  /** The feed's state at the station. */
  feedState: 'live' | 'connecting' | 'noSignal';
  noSignalSince?: number | undefined;
  /** Who can play the feed, where the station has something against it. */
  plays?: 'no' | 'some' | undefined;
  /** Time since the last frame here; undefined before the first. */
  frameAgeMs: number | undefined;
  /** How long this tile has been waiting for its first frame. */
  waitingMs: number;
  /** The station's time. */
  nowMs: number;
}

export interface Picture {
  /** refused: there is a signal that nobody can play. */
  state: 'live' | 'connecting' | 'noSignal' | 'refused';
  /** How long there has been no signal, or how long it is waited for. */
  forMs: number;
}

/** How often a tile is judged. */
export const judgeEveryMs = 200;
/** A picture that stands still for longer is not shown as live: with the time to the next judgement that is less than 2 s. */
export const frozenAfterMs = 1_600;

/** What a tile may say about its picture: the worse of what the station says and what arrives here. */
export function judgePicture(input: PictureInput): Picture {
  const { frameAgeMs, noSignalSince, nowMs } = input;
  if (input.feedState === 'noSignal') {
    const said = noSignalSince === undefined ? 0 : nowMs - noSignalSince;
    return { state: 'noSignal', forMs: Math.max(said, frameAgeMs ?? 0) };
  }
  if (input.plays === 'no' && input.feedState === 'live') return { state: 'refused', forMs: 0 };
  if (frameAgeMs === undefined) {
    if (input.feedState === 'connecting' || input.waitingMs < 4_000) return { state: 'connecting', forMs: input.waitingMs };
    return { state: 'noSignal', forMs: input.waitingMs };
  }
  if (frameAgeMs > frozenAfterMs) return { state: 'noSignal', forMs: frameAgeMs };
  return { state: 'live', forMs: 0 };
}

/** What a tile says of its picture, and when that was so. */
export interface Judgement {
  picture: Picture;
  atMs: number;
}

/** A judgement anew, or the one before where it says the same: how long a picture has been gone grows by itself. */
export function judgeAgain(before: Judgement, input: PictureInput): Judgement {
  const picture = judgePicture(input);
  const { forMs, state } = before.picture;
  const sinceMoved = Math.abs(input.nowMs - picture.forMs - (before.atMs - forMs));
  // What lasts no time, since it is not said how long, says the same at any time.
  return picture.state === state && (picture.forMs === forMs || sinceMoved < judgeEveryMs) ? before : { picture, atMs: input.nowMs };
}
