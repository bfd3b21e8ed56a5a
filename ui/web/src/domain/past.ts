/**
 * Recorded time (docs/api.md, Looking back): what GET /replay answers, and a reel that shows it to a store as the live socket
 * would have done then. No browser and no clock in here.
 */
import { array, bool, DecodeError, instant, num, object, oneOf, optional, str, type Decoded, type Decoder } from './decode';
import * as m from './model';
import type { Store } from './store';

const raw: Decoder<unknown> = (value) => value;

export const past = object({
  from: instant,
  to: instant,
  stepS: num,
  changes: array(object({ t: instant, type: oneOf('vehicle', 'track', 'alert', 'trip'), id: str, data: raw })),
});
export type Past = Decoded<typeof past>;
type Change = Past['changes'][number];

export const timeline = object({
  from: instant,
  to: instant,
  oldest: optional(instant),
  stretchS: num,
  activity: array(object({ t: instant, tracks: num, vehicles: num, trips: num })),
  alerts: array(object({ id: str, t: instant, severity: oneOf('caution', 'serious', 'critical'), title: str, state: str })),
  more: optional(bool),
});
export type Timeline = Decoded<typeof timeline>;

/** How fast time can be played. */
export const speeds = [1, 2, 5, 10, 30, 60] as const;

/** How much is asked for at once to play at a speed, and how finely. */
export function portion(speed: number): { lengthMs: number; stepS: number } {
  return { lengthMs: Math.min(1_200_000, Math.max(60_000, speed * 30_000)), stepS: Math.max(1, Math.min(15, Math.round(speed / 6))) };
}

/** A track is gone when nothing was told of it for so long, a vehicle's state is too old to show. */
const trackGoneMs = 3_000;
const vehicleGoneMs = 25_000;

/** A vehicle's measurements keep the ages that they had when they were recorded: between two records time does not age them. */
export function agedTo(v: m.Vehicle, byMs: number): m.Vehicle {
  const later = <T extends { t?: number | undefined } | undefined>(part: T): T => (part?.t === undefined ? part : { ...part, t: part.t + byMs });
  return {
    ...v,
    ...(v.lastSeen === undefined ? {} : { lastSeen: v.lastSeen + byMs }),
    ...(v.position && { position: later(v.position) }),
    ...(v.velocity && { velocity: later(v.velocity) }),
    ...(v.attitude && { attitude: later(v.attitude) }),
    ...(v.battery && { battery: later(v.battery) }),
    ...(v.gps && { gps: later(v.gps) }),
  };
}

/** One height, or one charge of a battery, at an instant. */
export interface Sample {
  t: number;
  heightM: number | undefined;
  batteryPercent: number | undefined;
}

export class Reel {
  private readonly vehicles = new Map<number, { t: number; v: m.Vehicle }>();
  private readonly tracksAt = new Map<string, number>();
  private next = 0;
  private shownMs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly past: Past,
    private readonly onBad: (error: DecodeError) => void = () => undefined,
  ) {}

  holds(ms: number): boolean {
    return ms >= this.past.from && ms < this.past.to;
  }

  /** Makes the store show how things stood at an instant. Backwards, and on a store that showed something else, it begins anew. */
  show(ms: number, store: Store, anew = false): void {
    if (anew || ms < this.shownMs) {
      store.clearMoving();
      this.vehicles.clear();
      this.tracksAt.clear();
      this.next = 0;
    }
    this.shownMs = ms;
    const { changes } = this.past;
    for (let c = changes[this.next]; c && c.t <= ms; c = changes[(this.next += 1)]) this.apply(c, store);
    const trackFor = Math.max(trackGoneMs, 2_000 * this.past.stepS);
    for (const [id, t] of this.tracksAt) {
      if (ms - t <= trackFor) continue;
      this.tracksAt.delete(id);
      store.apply({ type: 'trackGone', seq: 0, data: { id } });
    }
    for (const [id, { t, v }] of this.vehicles) {
      if (ms - t <= vehicleGoneMs) store.apply({ type: 'vehicle', seq: 0, data: agedTo(v, v.state === 'live' ? ms - t : 0) });
      else {
        this.vehicles.delete(id);
        store.dropVehicle(id);
      }
    }
  }

  /** What a vehicle's record says over the whole reel, for a chart. */
  samples(vehicle: number): Sample[] {
    const id = String(vehicle);
    return this.past.changes.flatMap((c) => {
      if (c.type !== 'vehicle' || c.id !== id) return [];
      const v = this.decode(m.vehicle, c);
      return v ? [{ t: c.t, heightM: v.position?.altAGL ?? v.position?.altRelative, batteryPercent: v.battery?.percent }] : [];
    });
  }

  private apply(c: Change, store: Store): void {
    if (c.type === 'vehicle') {
      const v = this.decode(m.vehicle, c);
      if (v) this.vehicles.set(v.id, { t: c.t, v });
    } else if (c.type === 'track') {
      const data = this.decode(m.track, c);
      if (!data) return;
      this.tracksAt.set(data.id, c.t);
      store.apply({ type: 'track', seq: 0, data });
    } else if (c.type === 'alert') {
      const data = this.decode(m.alert, c);
      if (data) store.apply({ type: 'alert', seq: 0, data });
    } else {
      const data = this.decode(m.trip, c);
      if (data) store.apply({ type: 'trip', seq: 0, data });
    }
  }

  private decode<T>(decoder: Decoder<T>, c: Change): T | undefined {
    try {
      return decoder(c.data, c.type);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.onBad(error);
      return undefined;
    }
  }
}
