/** Keeping a camera on a track: it is told anew where the track is, as long as the page is there and its operator has control. */
import { ApiProblem } from '../domain/api';
import { distanceM } from '../domain/geometry';
import type { LonLat } from '../domain/model';
import { commandBar } from '../domain/words';
import { texts } from '../texts';
import type { Desk } from './desk.svelte';

const lookEveryMs = 1_000;
/** Less is within the picture, and each time is on record. */
const leastM = 4;

export class Follow {
  /** Which camera follows which track. */
  now = $state.raw<{ vehicle: number; track: string } | undefined>();
  private told: LonLat | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;
  private asking = false;

  constructor(private readonly desk: Desk) {}

  start(vehicle: number, track: string): void {
    this.stop();
    this.now = { vehicle, track };
    this.timer = setInterval(() => void this.look(), lookEveryMs);
    void this.look();
  }

  /** why is told to the operator; without one he has ended it. */
  stop(why?: string): void {
    clearInterval(this.timer);
    this.told = undefined;
    if (this.now && why !== undefined) this.desk.toasts.show('problem', texts.tracks.followEnded(this.now.track, why));
    this.now = undefined;
  }

  private async look(): Promise<void> {
    const { desk, now } = this;
    if (!now || this.asking) return;
    const vehicle = desk.store.vehicles.get(now.vehicle);
    const track = desk.store.tracks.get(now.track);
    const bar = vehicle ? commandBar(vehicle, desk.me) : texts.common.noVehicle;
    if (bar !== undefined) return this.stop(bar);
    if (!track) return this.stop(texts.tracks.notBelieved);
    const at: LonLat = [track.position.lon, track.position.lat];
    if (this.told && distanceM(this.told, at) < leastM) return;
    this.told = at;
    this.asking = true;
    try {
      await desk.api.lookAt(now.vehicle, track.position);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.stop(error.message);
    } finally {
      this.asking = false;
    }
  }
}
