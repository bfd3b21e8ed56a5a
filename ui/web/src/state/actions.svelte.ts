/** What an operator can ask the station for: each request once at a time, each answer said in words. */
import { ApiProblem, type AlertDecision, type CueDecision, type VehicleCommand } from '../domain/api';
import type { Place, Vehicle } from '../domain/model';
import type { Desk } from './desk.svelte';

const commandWords: Record<VehicleCommand['command'], string> = {
  arm: 'arm',
  disarm: 'disarm',
  takeoff: 'take off',
  goto: 'fly there',
  return: 'return',
  land: 'land',
  hold: 'hold',
  mode: 'change mode',
  startMission: 'start the mission',
};

const decisionWords: Record<AlertDecision, string> = {
  acknowledge: 'acknowledged',
  resolve: 'resolved',
  false: 'called false',
};

/** A proposal must have been on the screen so long before one key approves it: nobody reads faster. */
const cueReadableMs = 600;

export class Actions {
  /** Requests on their way, by what they are about. */
  busy = $state.raw<ReadonlySet<string>>(new Set());
  private topCueId: string | undefined;
  private topCueSince = 0;

  constructor(private readonly desk: Desk) {}

  takeControl(vehicle: Vehicle): Promise<boolean> {
    return this.run(`control-${vehicle.id}`, `${vehicle.name}: you have control`, () => this.desk.api.takeControl(vehicle.id));
  }

  releaseControl(vehicle: Vehicle): Promise<boolean> {
    return this.run(`control-${vehicle.id}`, `${vehicle.name}: control released`, () =>
      this.desk.api.releaseControl(vehicle.id),
    );
  }

  command(vehicle: Vehicle, command: VehicleCommand): Promise<boolean> {
    const words = `${vehicle.name}: ${commandWords[command.command]} accepted`;
    return this.run(`command-${vehicle.id}`, words, () => this.desk.api.command(vehicle.id, command));
  }

  lookAt(vehicle: Vehicle, target: Place): Promise<boolean> {
    return this.run(`look-${vehicle.id}`, `${vehicle.name}: look there accepted`, () =>
      this.desk.api.lookAt(vehicle.id, target),
    );
  }

  cancelTransfer(vehicle: Vehicle): Promise<boolean> {
    return this.run(`transfer-${vehicle.id}`, `${vehicle.name}: transfer cancelled`, () =>
      this.desk.api.cancelTransfer(vehicle.id),
    );
  }

  decideAlert(id: string, decision: AlertDecision): Promise<boolean> {
    return this.run(`alert-${id}`, `Alert ${id} ${decisionWords[decision]}`, async () =>
      this.desk.store.putAlert(await this.desk.api.decideAlert(id, decision)),
    );
  }

  decideCue(id: string, decision: CueDecision): Promise<boolean> {
    const words = decision === 'approve' ? `Proposal ${id} approved` : `Proposal ${id} rejected`;
    return this.run(`cue-${id}`, words, async () => {
      const cue = await this.desk.api.decideCue(id, decision);
      this.desk.store.putCue(cue);
      // Its pictures are what the operator wants to see next.
      if (decision === 'approve') this.desk.selectedVehicle = cue.vehicle;
    });
  }

  /** Notes which proposal is marked with the key; called whenever it may have changed. */
  markTop(id: string | undefined): void {
    if (id === this.topCueId) return;
    this.topCueId = id;
    this.topCueSince = performance.now();
  }

  /** Decides the marked proposal, unless it has only just taken its place under the key. */
  decideTop(decision: CueDecision): void {
    const cue = this.desk.top;
    if (!cue || cue.id !== this.topCueId || this.desk.me?.role === 'viewer') return;
    if (performance.now() - this.topCueSince < cueReadableMs) {
      this.desk.toasts.show('problem', 'The proposal has just changed: read it, then press again.');
      return;
    }
    void this.decideCue(cue.id, decision);
  }

  private async run(key: string, done: string, request: () => Promise<unknown>): Promise<boolean> {
    if (this.busy.has(key)) return false;
    this.busy = new Set([...this.busy, key]);
    try {
      await request();
      this.desk.toasts.show('ok', done);
      return true;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.desk.toasts.show('problem', error.message);
      return false;
    } finally {
      this.busy = new Set([...this.busy].filter((k) => k !== key));
    }
  }
}
