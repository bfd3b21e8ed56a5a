/** Asks again and again for something that no live message brings, until it is stopped. */
export class Polled<T> {
  private stopped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** told gets each answer; a question that fails is asked again, and what is known stands. */
  constructor(
    private readonly ask: () => Promise<T>,
    private readonly everyMs: number,
    private readonly told: (value: T) => void,
  ) {
    void this.round();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async round(): Promise<void> {
    try {
      const value = await this.ask();
      if (!this.stopped) this.told(value);
    } catch {
      // The connection's state is on the screen already.
    }
    if (!this.stopped) this.timer = setTimeout(() => void this.round(), this.everyMs);
  }
}
