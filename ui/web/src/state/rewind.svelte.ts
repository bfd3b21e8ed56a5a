/**
 * Looking back: one cursor over recorded time, which map, video, alerts and charts go by. While it is on, the desk's store
 * shows the past; what is live goes on in a store behind it, and nothing can be commanded.
 */
import { ApiProblem } from '../domain/api';
import { portion, Reel, speeds, type Timeline } from '../domain/past';
import { texts } from '../texts';
import type { Desk } from './desk.svelte';

const words = texts.rewind;

const tickMs = 100;
/** The record is that far behind the present: what is later is looked at live. */
const behindMs = 3_000;
const mostReels = 6;
const timelineEveryMs = 30_000;
/** A failed question is asked again after so long. */
const againMs = 3_000;
export const ranges = [1, 6, 24, 48] as const;

export class Rewind {
  on = $state(false);
  /** The instant that is shown, ms. */
  at = $state(0);
  playing = $state(false);
  speed = $state<number>(1);
  /** How many hours the timeline holds. */
  hours = $state<number>(1);
  timeline = $state.raw<Timeline | undefined>();
  reel = $state.raw<Reel | undefined>();
  /** Why nothing is shown; '' while something is. */
  trouble = $state('');
  /** Live alerts that nobody has acknowledged. */
  liveNew = $state(0);

  private reels: Reel[] = [];
  private asking: Promise<void> | undefined;
  private askAgainAt = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private lastTick = 0;
  private timelineAt = 0;

  constructor(private readonly desk: Desk) {}

  /** Begins to look back, a minute ago unless told. */
  enter(at?: number): void {
    if (this.on || !this.desk.loaded) return;
    this.desk.api.readOnly = words.commandsOff;
    this.desk.mode = 'plain';
    this.desk.replayOpen = false;
    this.desk.terminating = undefined;
    if (this.desk.overlay === 'wall') this.desk.overlay = 'none';
    this.on = true;
    this.playing = false;
    this.desk.beginPast();
    this.lastTick = performance.now();
    this.timer = setInterval(() => this.tick(), tickMs);
    void this.readTimeline();
    this.seek(at ?? this.desk.clock.now() - 60_000);
  }

  /** Back to live. */
  leave(): void {
    if (!this.on) return;
    clearInterval(this.timer);
    this.on = false;
    this.playing = false;
    this.reels = [];
    this.reel = undefined;
    this.trouble = '';
    this.desk.api.readOnly = undefined;
    this.desk.endPast();
  }

  toggle(): void {
    if (this.on) this.leave();
    else this.enter();
  }

  play(): void {
    this.playing = !this.playing;
  }

  setSpeed(to: number): void {
    this.speed = to;
  }

  /** The next speed up or down. */
  faster(by: 1 | -1): void {
    const nth = speeds.findIndex((s) => s === this.speed);
    this.speed = speeds[Math.min(speeds.length - 1, Math.max(0, nth + by))]!;
  }

  setHours(hours: number): void {
    this.hours = hours;
    void this.readTimeline();
  }

  get newest(): number {
    return this.desk.clock.now() - behindMs;
  }

  seek(ms: number): void {
    this.at = Math.min(ms, this.newest);
    this.askAgainAt = 0;
    const line = this.timeline;
    if (line && (this.at < line.from || this.at > line.to)) void this.readTimeline();
    this.show();
  }

  /** To the alert after this instant, or before it; it is selected. One that has just been raised is asked for. */
  async jump(by: 1 | -1): Promise<void> {
    const find = (): Timeline['alerts'][number] | undefined => {
      const alerts = this.timeline?.alerts ?? [];
      return by > 0 ? alerts.find((a) => a.t > this.at + 500) : alerts.findLast((a) => a.t < this.at - 1_500);
    };
    let to = find();
    if (!to && performance.now() - this.timelineAt > againMs) {
      await this.readTimeline();
      if (!this.on) return;
      to = find();
    }
    if (!to) return this.desk.toasts.show('problem', by > 0 ? words.noNext : words.noPrevious);
    this.seek(to.t + 1_000);
    this.desk.selectAlert(to.id);
  }

  /** The live alerts while the past is shown. */
  countLive(states: Iterable<{ state: string }>): void {
    this.liveNew = [...states].filter((a) => a.state === 'new').length;
  }

  private tick(): void {
    const now = performance.now();
    const passedMs = now - this.lastTick;
    this.lastTick = now;
    // Time stands still while what comes next is on its way.
    if (this.playing && this.reel?.holds(this.at)) {
      this.at = Math.min(this.at + passedMs * this.speed, this.newest);
      if (this.at >= this.newest) this.playing = false;
    }
    if (now - this.timelineAt > timelineEveryMs) void this.readTimeline();
    this.show();
  }

  private show(): void {
    const held = this.reels.findLast((r) => r.holds(this.at));
    if (held) {
      held.show(this.at, this.desk.store, held !== this.reel);
      this.reel = held;
      this.trouble = '';
    } else if (this.reel) {
      this.reel = undefined;
      this.desk.store.clearMoving();
    }
    this.desk.tellTime();
    const { lengthMs } = portion(this.speed);
    // What comes next is asked for before it is needed.
    const wanted = held ? (this.playing && held.past.to - this.at < lengthMs / 2 ? held.past.to : undefined) : this.at;
    if (wanted !== undefined && wanted < this.newest && !this.reels.some((r) => r.holds(wanted))) this.ask(wanted);
  }

  private ask(from: number): void {
    if (this.asking || performance.now() < this.askAgainAt) return;
    const { lengthMs, stepS } = portion(this.speed);
    // A little before the instant, so that trails have a beginning.
    const begin = this.reels.some((r) => r.past.to === from) ? from : from - Math.min(30_000, lengthMs / 2);
    this.asking = this.desk.api
      .past(begin, Math.min(begin + lengthMs, this.newest), stepS)
      .then(
        (past) => {
          if (past.to <= past.from) this.askAgainAt = performance.now() + againMs;
          else this.reels = [...this.reels.slice(1 - mostReels), new Reel(past, (e) => this.desk.report(e.message))];
        },
        (error: unknown) => {
          if (!(error instanceof ApiProblem)) throw error;
          this.trouble = error.message;
          this.askAgainAt = performance.now() + againMs;
        },
      )
      .finally(() => (this.asking = undefined));
  }

  private async readTimeline(): Promise<void> {
    this.timelineAt = performance.now();
    const now = this.desk.clock.now();
    const lengthMs = this.hours * 3_600_000;
    const to = this.at === 0 || this.at > now - lengthMs ? now : Math.min(now, this.at + lengthMs / 2);
    try {
      this.timeline = await this.desk.api.timeline(to - lengthMs, to);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.trouble = error.message;
    }
  }
}
