/**
 * The station's clock as seen from here. Each message that carries serverTime gives a lower bound of the offset (it was
 * on the way for a while), so the largest offset among the last few is the best estimate.
 */
export class ServerClock {
  private offsets: number[] = [];
  private best = 0;

  constructor(
    private readonly localNow: () => number = () => Date.now(),
    private readonly window = 30,
  ) {}

  /** Takes note of an instant that the station has just sent. */
  observe(serverTimeMs: number): void {
    this.offsets.push(serverTimeMs - this.localNow());
    if (this.offsets.length > this.window) this.offsets.shift();
    this.best = Math.max(...this.offsets);
  }

  /** Forgets old offsets: a new connection may follow a change of either clock. */
  reset(): void {
    this.offsets = [];
  }

  /** The station's time now, in milliseconds since the epoch. */
  now(): number {
    return this.localNow() + this.best;
  }

  /** Station time minus this computer's time, in milliseconds. */
  get offsetMs(): number {
    return this.best;
  }
}
