/** What an operator can ask the station for: each request once at a time, each answer said in words. */
import { ApiProblem, type AlertDecision, type CueDecision } from '../domain/api';
import { commandWords, shows, urgent, type VehicleCommand } from '../domain/commands';
import type { Alert, CommandResult, Feed, Place, Vehicle } from '../domain/model';
import { cameraCommandWords, type CameraCommand, type GimbalMode } from '../domain/payload';
import type { TrackingTarget } from '../domain/picture';
import { askWords, assignWords, replayWords } from '../domain/words';
import type { Desk } from './desk.svelte';

const decisionWords: Record<AlertDecision, string> = {
  acknowledge: 'acknowledged',
  resolve: 'resolved',
  false: 'called false',
};

/** A proposal must have been on the screen so long before one key approves it: nobody reads faster. */
const cueReadableMs = 600;
/** The browser has taken a file over by then. */
const savedWithinMs = 60_000;

export class Actions {
  /** Requests on their way, by what they are about. */
  busy = $state.raw<ReadonlySet<string>>(new Set());
  private topCueId: string | undefined;
  private topCueSince = 0;

  constructor(private readonly desk: Desk) {}

  /** With a reason control is taken over from who has it. */
  takeControl(vehicle: Vehicle, reason?: string): Promise<boolean> {
    return this.run(`control-${vehicle.id}`, `${vehicle.name}: you have control`, () =>
      this.desk.api.takeControl(vehicle.id, reason === undefined ? undefined : { reason }),
    );
  }

  releaseControl(vehicle: Vehicle): Promise<boolean> {
    return this.run(`control-${vehicle.id}`, `${vehicle.name}: control released`, () =>
      this.desk.api.releaseControl(vehicle.id),
    );
  }

  command(vehicle: Vehicle, command: VehicleCommand): Promise<boolean> {
    const soon = urgent(command);
    const key = soon ? `urgent-${vehicle.id}-${command.command}` : `command-${vehicle.id}`;
    // What comes late, as over a network that stood still, is refused by the station; what makes the flight safer is not.
    const issuedAt = soon || this.desk.heardAt === undefined ? undefined : this.desk.clock.now();
    return this.tellVehicle(key, vehicle, commandWords[command.command], () =>
      this.desk.api.command(vehicle.id, command, issuedAt),
    );
  }

  lookAt(vehicle: Vehicle, target: Place): Promise<boolean> {
    return this.tellVehicle(`look-${vehicle.id}`, vehicle, 'look there', () => this.desk.api.lookAt(vehicle.id, target));
  }

  camera(vehicle: Vehicle, camera: number, command: CameraCommand): Promise<boolean> {
    return this.tellVehicle(`camera-${vehicle.id}-${camera}`, vehicle, cameraCommandWords(command), () =>
      this.desk.api.camera(vehicle.id, camera, command),
    );
  }

  gimbalMode(vehicle: Vehicle, gimbal: number, mode: GimbalMode | 'control' | 'release'): Promise<boolean> {
    return this.tellVehicle(`gimbal-${vehicle.id}-${gimbal}`, vehicle, `gimbal ${mode}`, () =>
      this.desk.api.gimbalMode(vehicle.id, gimbal, mode),
    );
  }

  track(vehicle: Vehicle, camera: number, target: TrackingTarget): Promise<boolean> {
    return this.tellVehicle(`track-${vehicle.id}-${camera}`, vehicle, 'track this', () =>
      this.desk.api.track(vehicle.id, camera, target),
    );
  }

  stopTracking(vehicle: Vehicle, camera: number): Promise<boolean> {
    return this.tellVehicle(`track-${vehicle.id}-${camera}`, vehicle, 'stop tracking', () =>
      this.desk.api.stopTracking(vehicle.id, camera),
    );
  }

  cancelTransfer(vehicle: Vehicle): Promise<boolean> {
    return this.run(`transfer-${vehicle.id}`, `${vehicle.name}: transfer cancelled`, () =>
      this.desk.api.cancelTransfer(vehicle.id),
    );
  }

  /** Takes a picture of a feed and has the browser save it. */
  snapshot(feed: Feed): Promise<boolean> {
    return this.run(`snapshot-${feed.id}`, replayWords.snapshotDone, async () => {
      const { picture, name } = await this.desk.api.snapshot(feed.id);
      const link = document.createElement('a');
      link.href = URL.createObjectURL(picture);
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), savedWithinMs);
      return name;
    });
  }

  setRecording(feed: Feed, on: boolean): Promise<boolean> {
    return this.run(`record-${feed.id}`, on ? replayWords.recordOn(feed.id) : replayWords.recordOff(feed.id), async () => {
      this.desk.store.putFeed(await this.desk.api.setRecording(feed.id, on));
    });
  }

  askControl(vehicle: Vehicle, reason: string): Promise<boolean> {
    return this.run(`ask-${vehicle.id}`, askWords.asked(vehicle.control?.holder ?? ''), () => this.desk.api.askControl(vehicle.id, reason));
  }

  takeBackAsk(vehicle: Vehicle): Promise<boolean> {
    return this.run(`ask-${vehicle.id}`, `${vehicle.name}: request withdrawn`, () => this.desk.api.takeBackAsk(vehicle.id));
  }

  answerAsk(vehicle: Vehicle, to: string, grant: boolean): Promise<boolean> {
    const done = grant ? `${vehicle.name}: ${to} has control` : `${vehicle.name}: ${to} is refused`;
    return this.run(`ask-${vehicle.id}`, done, () => this.desk.api.answerAsk(vehicle.id, to, grant));
  }

  /** Of two who assign at once one wins; the other is told whose it is. */
  assignAlert(alert: Alert, to: string): Promise<boolean> {
    return this.run(`alert-${alert.id}`, assignWords.done(alert.id, to), async () =>
      this.desk.store.putAlert(await this.desk.api.assignAlert(alert.id, to, alert.assignedTo ?? '')),
    );
  }

  muteSensor(id: string, minutes: number, why: string): Promise<boolean> {
    return this.run(`mute-${id}`, `${id}: muted for ${minutes} min`, () => this.desk.api.muteSensor(id, minutes, why));
  }

  unmuteSensor(id: string): Promise<boolean> {
    return this.run(`mute-${id}`, `${id}: raises alerts again`, () => this.desk.api.unmuteSensor(id));
  }

  /** note says more, as what a false alert was. */
  decideAlert(id: string, decision: AlertDecision, note?: string): Promise<boolean> {
    return this.run(`alert-${id}`, `Alert ${id} ${decisionWords[decision]}`, async () =>
      this.desk.store.putAlert(await this.desk.api.decideAlert(id, decision, note)),
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

  /** Says in words why a request failed; an outcome that nobody knows is told from a refusal, with what the vehicle shows. */
  tell(error: unknown, vehicle?: Vehicle): void {
    if (!(error instanceof ApiProblem)) throw error;
    if (!error.unknown) return this.desk.toasts.show('problem', error.message);
    const now = vehicle && ` ${vehicle.name} shows: ${shows(this.desk.store.vehicles.get(vehicle.id))}.`;
    this.desk.toasts.show('unknown', `Not known whether it was done. ${error.message}${now ?? ''}`);
  }

  private tellVehicle(key: string, vehicle: Vehicle, what: string, request: () => Promise<CommandResult>): Promise<boolean> {
    const done = (result: CommandResult): string =>
      `${vehicle.name}: ${what} accepted${result.detail ? `: ${result.detail}` : ''}`;
    return this.run(key, done, request, vehicle);
  }

  private async run<T>(
    key: string,
    done: string | ((answer: T) => string),
    request: () => Promise<T>,
    vehicle?: Vehicle,
  ): Promise<boolean> {
    if (this.busy.has(key)) return false;
    this.busy = new Set([...this.busy, key]);
    try {
      const answer = await request();
      this.desk.toasts.show('ok', typeof done === 'string' ? done : done(answer));
      return true;
    } catch (error) {
      this.tell(error, vehicle);
      return false;
    } finally {
      this.busy = new Set([...this.busy].filter((k) => k !== key));
    }
  }
}
