/** Waiting times between attempts: doubling from first to ceiling, each with up to 30 % jitter. */
export class Backoff {
  private attempt = 0;

  constructor(
    private readonly firstMs: number,
    private readonly ceilingMs: number,
    private readonly random: () => number = Math.random,
  ) {}

  /** How long to wait before the next attempt. */
  next(): number {
    const full = Math.min(this.ceilingMs, this.firstMs * 2 ** this.attempt);
    this.attempt += 1;
    return full * (1 - 0.3 * this.random());
  }

  /** Starts over after a success. */
  reset(): void {
    this.attempt = 0;
  }
}
