/** The sounds of alerts. Muting ends by itself and hides nothing: it is told in the top bar, and the alerts stand in the queue. */
import { Ringer, tunes, type Ring } from '../domain/ringer';
import type { Alert } from '../domain/model';

export const muteForMs = 10 * 60_000;
const loudness = 0.12;

export class Sounds {
  /** The page's time (ms) at which the sounds come back; undefined while they are heard. */
  mutedUntil = $state<number | undefined>();
  /** The browser lets the page make no sound before somebody has clicked. */
  blocked = $state(false);
  /** How many sounds were made, by class; for browser tests. */
  readonly made: Record<Ring, number> = { critical: 0, serious: 0, caution: 0 };

  private readonly ringer = new Ringer();
  private audio: AudioContext | undefined;

  /** Mutes for ten minutes, or ends that. */
  toggle(nowMs: number): void {
    this.mutedUntil = this.muted(nowMs) ? undefined : nowMs + muteForMs;
  }

  muted(nowMs: number): boolean {
    return this.mutedUntil !== undefined && nowMs < this.mutedUntil;
  }

  look(alerts: readonly Alert[], nowMs: number): void {
    if (this.mutedUntil !== undefined && !this.muted(nowMs)) this.mutedUntil = undefined;
    const ring = this.ringer.look(alerts, nowMs, this.muted(nowMs));
    if (ring) this.play(ring);
  }

  /** A click is what browsers wait for. */
  allow(): void {
    this.audio ??= new AudioContext();
    void this.audio.resume().then(() => (this.blocked = this.audio?.state !== 'running'));
  }

  private play(ring: Ring): void {
    this.audio ??= new AudioContext();
    this.made[ring] += 1;
    if (this.audio.state !== 'running') {
      this.blocked = true;
      return;
    }
    const { hz, eachS } = tunes[ring];
    const gain = new GainNode(this.audio, { gain: loudness });
    gain.connect(this.audio.destination);
    hz.forEach((frequency, i) => {
      const start = this.audio!.currentTime + i * eachS;
      const tone = new OscillatorNode(this.audio!, { type: 'triangle', frequency });
      tone.connect(gain);
      tone.start(start);
      tone.stop(start + eachS * 0.9);
    });
  }
}
