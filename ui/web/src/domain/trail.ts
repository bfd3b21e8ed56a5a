/** Where a track came from: its latest places, oldest first, in a ring of numbers, so that thousands that walk leave no garbage. */
import { distanceM } from './geometry';
import type { LonLat } from './model';

const perPoint = 3; // instant, longitude, latitude
const roomAtFirst = 4;
/** Places nearer to the last one are left out. */
export const trailSpacingM = 3;
/** Less than the spacing anywhere on earth, in each direction. */
export const nearDeg = 1.5e-5;

export class Trail {
  private ring = new Float64Array(roomAtFirst * perPoint);
  private first = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  /** Adds a place that is far enough from the last; keeps so many, and none older than forMs. */
  extend(t: number, lon: number, lat: number, most: number, forMs: number): void {
    if (this.count > 0) {
      const last = this.offset(this.count - 1);
      const lastLon = this.ring[last + 1]!;
      const lastLat = this.ring[last + 2]!;
      // Without trigonometry for what has hardly moved.
      if (Math.abs(lastLat - lat) < nearDeg && Math.abs(lastLon - lon) < nearDeg) return;
      if (distanceM([lastLon, lastLat], [lon, lat]) < trailSpacingM) return;
    }
    while (this.count > 0 && (this.count >= most || t - this.ring[this.offset(0)]! > forMs)) {
      this.first = (this.first + 1) % this.room;
      this.count -= 1;
    }
    if (this.count === this.room) this.grow();
    const o = this.offset(this.count);
    this.ring[o] = t;
    this.ring[o + 1] = lon;
    this.ring[o + 2] = lat;
    this.count += 1;
  }

  /** The places from an instant on. */
  since(t: number): LonLat[] {
    const places: LonLat[] = [];
    for (let i = 0; i < this.count; i += 1) {
      const o = this.offset(i);
      if (this.ring[o]! >= t) places.push([this.ring[o + 1]!, this.ring[o + 2]!]);
    }
    return places;
  }

  private get room(): number {
    return this.ring.length / perPoint;
  }

  private offset(i: number): number {
    return ((this.first + i) % this.room) * perPoint;
  }

  private grow(): void {
    const wider = new Float64Array(this.ring.length * 2);
    const cut = this.first * perPoint;
    wider.set(this.ring.subarray(cut));
    wider.set(this.ring.subarray(0, cut), this.ring.length - cut);
    this.ring = wider;
    this.first = 0;
  }
}
