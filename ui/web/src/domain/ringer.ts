/** When an alert makes a sound: once, by its class, never more often than the class allows, and never while muted. */
import type { Alert } from './model';

export type Ring = Alert['severity'];

const worstFirst: readonly Ring[] = ['critical', 'serious', 'caution'];

/** The shortest time between two sounds of a class, and after any sound of a worse one. */
export const restMs: Record<Ring, number> = { critical: 3_000, serious: 8_000, caution: 20_000 };

/** What a sound is made of: pitches in hertz, each for so many seconds. The worse, the higher and the more. */
export const tunes: Record<Ring, { hz: readonly number[]; eachS: number }> = {
  critical: { hz: [988, 740, 988, 740], eachS: 0.14 },
  serious: { hz: [784, 988], eachS: 0.16 },
  caution: { hz: [587], eachS: 0.18 },
};

export class Ringer {
  private known: Set<string> | undefined;
  private readonly last = new Map<Ring, number>();

  /**
   * Takes note of the alerts as they are and says which sound is due. What was there at the first look, as after a page is
   * opened, is on the screen and makes none. A new alert that comes while its class rests makes none either: it is in the queue.
   */
  look(alerts: readonly Alert[], nowMs: number, muted: boolean): Ring | undefined {
    const fresh = alerts.filter((a) => a.state === 'new' && this.known !== undefined && !this.known.has(a.id));
    this.known = new Set(alerts.map((a) => a.id));
    if (muted) return undefined;
    const due = worstFirst.find((r) => fresh.some((a) => a.severity === r));
    if (due === undefined || this.rests(due, nowMs)) return undefined;
    this.last.set(due, nowMs);
    return due;
  }

  private rests(ring: Ring, nowMs: number): boolean {
    const asBad = worstFirst.slice(0, worstFirst.indexOf(ring) + 1);
    return asBad.some((r) => nowMs - (this.last.get(r) ?? -Infinity) < restMs[ring]);
  }
}
