/**
 * Reads the lists of the selected vehicle when they were never read and when somebody changed them. Each reading goes over
 * the vehicle's radio, so one is asked for at a time, none while another transfer goes on, and not for ever in vain.
 */
import { ApiProblem } from './api';
import type { Vehicle } from './model';
import { planKinds, type PlanKind } from './plan';

interface Known {
  dirty: boolean;
  tries: number;
  notBefore: number;
  /** What the station said of the list when it was looked at last. */
  changedAt?: number | undefined;
  count?: number | undefined;
  note?: string | undefined;
}

const mostTries = 3;

export class PlanReader {
  private readonly known = new Map<string, Known>();
  private reading = false;

  /** read asks for a list and keeps it; now is a clock in ms. */
  constructor(
    private readonly read: (vehicle: number, kind: PlanKind) => Promise<void>,
    private readonly now: () => number,
    private readonly pauseMs = 15_000,
  ) {}

  /** Looks at the selected vehicle; called whenever it may have changed. */
  look(vehicle: Vehicle): void {
    for (const kind of planKinds) this.compare(vehicle, kind);
    if (this.reading || vehicle.transfer || vehicle.state !== 'live') return;
    const kind = planKinds.find((k) => this.due(this.of(vehicle.id, k)));
    if (kind) void this.fetch(vehicle.id, kind);
  }

  /** Forgets what was read, so that everything is read anew. */
  again(vehicle: number): void {
    for (const kind of planKinds) this.known.delete(key(vehicle, kind));
  }

  private compare(vehicle: Vehicle, kind: PlanKind): void {
    const is = this.of(vehicle.id, kind);
    const said = vehicle.plans?.find((p) => p.kind === kind);
    const changed =
      (said?.changedAt !== undefined && said.changedAt !== is.changedAt) ||
      (said?.note !== undefined && said.note !== is.note) ||
      (is.count !== undefined && said?.count !== undefined && said.count !== is.count);
    // The end of an upload that another console began is not told otherwise, where its count is the same.
    const uploading = vehicle.transfer?.kind === kind && vehicle.transfer.upload === true;
    if (changed || uploading) Object.assign(is, { dirty: true, tries: 0 });
    is.changedAt = said?.changedAt ?? is.changedAt;
    is.note = said?.note ?? is.note;
    is.count = said?.count ?? is.count;
  }

  private of(vehicle: number, kind: PlanKind): Known {
    let is = this.known.get(key(vehicle, kind));
    if (!is) this.known.set(key(vehicle, kind), (is = { dirty: true, tries: 0, notBefore: 0 }));
    return is;
  }

  private due(is: Known): boolean {
    return is.dirty && is.tries < mostTries && this.now() >= is.notBefore;
  }

  private async fetch(vehicle: number, kind: PlanKind): Promise<void> {
    const is = this.of(vehicle, kind);
    this.reading = true;
    is.dirty = false;
    try {
      await this.read(vehicle, kind);
    } catch (error) {
      is.dirty = true;
      // A vehicle that refuses does not keep such a list; anything else may be better later.
      is.tries = error instanceof ApiProblem && (error.status === 422 || error.status === 404) ? mostTries : is.tries + 1;
    } finally {
      // A list that changes all the time does not fill the radio, nor keep the others from being read.
      is.notBefore = this.now() + this.pauseMs;
      this.reading = false;
    }
  }
}

function key(vehicle: number, kind: PlanKind): string {
  return `${vehicle}-${kind}`;
}
