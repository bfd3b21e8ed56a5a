/**
 * Something that goes on while a button is held: a rate that is sent when it changes and renewed as long as it is held, because
 * the station stops what nobody renews for 0.6 s, and a stop that must arrive. One request at a time; what was wanted meanwhile
 * and is over is not sent; a stop that fails is tried again.
 */
export class Hold {
  private wanted = 0;
  private sent = 0;
  private running = false;
  private renewal: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly send: (rate: number) => Promise<unknown>,
    private readonly failed: (error: unknown) => void,
    private readonly stopTries = 4,
    private readonly renewMs = 200,
  ) {}

  /** rate 0 stops. */
  async set(rate: number): Promise<void> {
    this.wanted = rate;
    if (rate === 0) this.letGo();
    else this.renewal ??= setInterval(() => void this.renew(), this.renewMs);
    await this.bring();
  }

  private letGo(): void {
    clearInterval(this.renewal);
    this.renewal = undefined;
  }

  private async renew(): Promise<void> {
    if (this.running) return;
    this.sent = Number.NaN;
    await this.bring();
  }

  private async bring(): Promise<void> {
    if (this.running) return;
    this.running = true;
    let tries = 0;
    while (this.sent !== this.wanted) {
      const rate = this.wanted;
      tries = rate === 0 ? tries + 1 : 0;
      // Whether a request that fails acted is not known: then a stop is sent all the same.
      this.sent = rate;
      try {
        await this.send(rate);
      } catch (error) {
        if (rate === 0 && tries < this.stopTries) this.sent = Number.NaN;
        else {
          this.letGo(); // it is told once, and not with every renewal
          this.failed(error);
        }
      }
    }
    this.running = false;
  }
}
