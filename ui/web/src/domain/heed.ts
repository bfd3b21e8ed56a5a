/** The answer to a question counts only after a moment, so that one long or double press does not give it. */
export const deafMs = 400;

/** Tells when a question has been on the screen for long enough: a busy page may show it long after it was asked. */
export class Heed {
  private shownAt = Number.POSITIVE_INFINITY;
  private question = 0;

  constructor(
    private readonly nextFrame: (then: () => void) => void = (then) => void requestAnimationFrame(then),
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** A question has been put; tells when an answer counts. */
  asked(heard?: () => void): void {
    this.question += 1;
    const { question } = this;
    this.shownAt = Number.POSITIVE_INFINITY;
    // The frame after the next one begins when the next one has been handed to the screen.
    this.nextFrame(() =>
      this.nextFrame(() => {
        if (question !== this.question) return;
        this.shownAt = this.now();
        if (heard) setTimeout(() => question === this.question && heard(), deafMs);
      }),
    );
  }

  /** Nothing is asked any more. */
  ended(): void {
    this.question += 1;
    this.shownAt = Number.POSITIVE_INFINITY;
  }

  /** True once an answer counts. */
  get hears(): boolean {
    return this.now() - this.shownAt >= deafMs;
  }
}
