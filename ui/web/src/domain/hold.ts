/**
 * Something that goes on while a button is held or a pointer is dragged: a rate that is sent when it changes and renewed as long as it is held, because
 * the station stops what nobody renews for 0.6 s, and a stop that must arrive. One request at a time; what was wanted meanwhile
 * and is over is not sent; a stop that fails is tried again.
 */
export class Hold<Rate = number> {
  private wanted: Rate;
  /** Nothing: it has to be sent anew. */
  private sent: Rate | undefined;
  private running = false;
  private renewal: ReturnType<typeof setInterval> | undefined;

  /** still is the rate that stops. */
  constructor(
    private readonly still: Rate,
    private readonly send: (rate: Rate) => Promise<unknown>,
    private readonly failed: (error: unknown) => void,
    private readonly stopTries = 4,
    private readonly renewMs = 200,
  ) {
    this.wanted = this.sent = still;
  }

  async set(rate: Rate): Promise<void> {
    this.wanted = rate;
    if (rate === this.still) this.letGo();
    else this.renewal ??= setInterval(() => void this.renew(), this.renewMs);
    await this.bring();
  }

  private letGo(): void {
    clearInterval(this.renewal);
    this.renewal = undefined;
  }

  private async renew(): Promise<void> {
    if (this.running) return;
    this.sent = undefined;
    await this.bring();
  }

  private async bring(): Promise<void> {
    if (this.running) return;
    this.running = true;
    let tries = 0;
    while (this.sent !== this.wanted) {
      const rate = this.wanted;
      tries = rate === this.still ? tries + 1 : 0;
      // Whether a request that fails acted is not known: then a stop is sent all the same.
      this.sent = rate;
      try {
        await this.send(rate);
      } catch (error) {
        if (rate === this.still && tries < this.stopTries) this.sent = undefined;
        else {
          this.letGo(); // it is told once, and not with every renewal
          this.failed(error);
        }
      }
    }
    this.running = false;
  }
}
