/** What an operator can ask the station for: each request once at a time, each answer said in words. */
import { ApiProblem, type AlertDecision, type CueDecision } from '../domain/api';
import { shows, urgent, type VehicleCommand } from '../domain/commands';
import type { Alert, CommandResult, Feed, Place, Vehicle } from '../domain/model';
import { cameraCommandWords, type CameraCommand, type GimbalMode } from '../domain/payload';
import type { TrackingTarget } from '../domain/picture';
import { texts } from '../texts';
import type { Desk } from './desk.svelte';

const words = texts.outcomes;

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
    return this.run(`control-${vehicle.id}`, words.youHaveControl(vehicle.name), () =>
      this.desk.api.takeControl(vehicle.id, reason === undefined ? undefined : { reason }),
    );
  }

  releaseControl(vehicle: Vehicle): Promise<boolean> {
    return this.run(`control-${vehicle.id}`, words.controlReleased(vehicle.name), () =>
      this.desk.api.releaseControl(vehicle.id),
    );
  }

  command(vehicle: Vehicle, command: VehicleCommand): Promise<boolean> {
    const soon = urgent(command);
    const key = soon ? `urgent-${vehicle.id}-${command.command}` : `command-${vehicle.id}`;
    // What comes late, as over a network that stood still, is refused by the station; what makes the flight safer is not.
    const issuedAt = soon || this.desk.heardAt === undefined ? undefined : this.desk.clock.now();
    return this.tellVehicle(key, vehicle, texts.commands.names[command.command], () =>
      this.desk.api.command(vehicle.id, command, issuedAt),
    );
  }

  lookAt(vehicle: Vehicle, target: Place): Promise<boolean> {
    return this.tellVehicle(`look-${vehicle.id}`, vehicle, words.lookThere, () => this.desk.api.lookAt(vehicle.id, target));
  }

  camera(vehicle: Vehicle, camera: number, command: CameraCommand): Promise<boolean> {
    return this.tellVehicle(`camera-${vehicle.id}-${camera}`, vehicle, cameraCommandWords(command), () =>
      this.desk.api.camera(vehicle.id, camera, command),
    );
  }

  gimbalMode(vehicle: Vehicle, gimbal: number, mode: GimbalMode | 'control' | 'release'): Promise<boolean> {
    return this.tellVehicle(`gimbal-${vehicle.id}-${gimbal}`, vehicle, words.gimbal(mode), () =>
      this.desk.api.gimbalMode(vehicle.id, gimbal, mode),
    );
  }

  track(vehicle: Vehicle, camera: number, target: TrackingTarget): Promise<boolean> {
    return this.tellVehicle(`track-${vehicle.id}-${camera}`, vehicle, words.trackThis, () =>
      this.desk.api.track(vehicle.id, camera, target),
    );
  }

  stopTracking(vehicle: Vehicle, camera: number): Promise<boolean> {
    return this.tellVehicle(`track-${vehicle.id}-${camera}`, vehicle, words.stopTracking, () =>
      this.desk.api.stopTracking(vehicle.id, camera),
    );
  }

  cancelTransfer(vehicle: Vehicle): Promise<boolean> {
    return this.run(`transfer-${vehicle.id}`, words.transferCancelled(vehicle.name), () =>
      this.desk.api.cancelTransfer(vehicle.id),
    );
  }

  /** Takes a picture of a feed and has the browser save it. */
  snapshot(feed: Feed): Promise<boolean> {
    return this.run(`snapshot-${feed.id}`, texts.recordings.snapshotDone, async () => {
      const { picture, name, masked } = await this.desk.api.snapshot(feed.id);
      const link = document.createElement('a');
      link.href = URL.createObjectURL(picture);
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), savedWithinMs);
      return masked ? texts.recordings.snapshotMasked(name) : name;
    });
  }

  setRecording(feed: Feed, on: boolean): Promise<boolean> {
    return this.run(`record-${feed.id}`, on ? texts.recordings.recordOn(feed.id) : texts.recordings.recordOff(feed.id), async () => {
      this.desk.store.putFeed(await this.desk.api.setRecording(feed.id, on));
    });
  }

  askControl(vehicle: Vehicle, reason: string): Promise<boolean> {
    return this.run(`ask-${vehicle.id}`, texts.control.asked(vehicle.control?.holder ?? ''), () => this.desk.api.askControl(vehicle.id, reason));
  }

  takeBackAsk(vehicle: Vehicle): Promise<boolean> {
    return this.run(`ask-${vehicle.id}`, words.requestWithdrawn(vehicle.name), () => this.desk.api.takeBackAsk(vehicle.id));
  }

  answerAsk(vehicle: Vehicle, to: string, grant: boolean): Promise<boolean> {
    const done = grant ? words.hasControl(vehicle.name, to) : words.isRefused(vehicle.name, to);
    return this.run(`ask-${vehicle.id}`, done, () => this.desk.api.answerAsk(vehicle.id, to, grant));
  }

  /** Of two who assign at once one wins; the other is told whose it is. */
  assignAlert(alert: Alert, to: string): Promise<boolean> {
    return this.run(`alert-${alert.id}`, texts.assign.done(alert.id, to), async () =>
      this.desk.store.putAlert(await this.desk.api.assignAlert(alert.id, to, alert.assignedTo ?? '')),
    );
  }

  muteSensor(id: string, minutes: number, why: string): Promise<boolean> {
    return this.run(`mute-${id}`, words.sensorMuted(id, minutes), () => this.desk.api.muteSensor(id, minutes, why));
  }

  unmuteSensor(id: string): Promise<boolean> {
    return this.run(`mute-${id}`, words.sensorUnmuted(id), () => this.desk.api.unmuteSensor(id));
  }

  /** note says more, as what a false alert was. */
  decideAlert(id: string, decision: AlertDecision, note?: string): Promise<boolean> {
    return this.run(`alert-${id}`, words[decision](id), async () =>
      this.desk.store.putAlert(await this.desk.api.decideAlert(id, decision, note)),
    );
  }

  decideCue(id: string, decision: CueDecision): Promise<boolean> {
    return this.run(`cue-${id}`, words[decision](id), async () => {
      const cue = await this.desk.api.decideCue(id, decision);
      this.desk.store.putCue(cue);
      // Its pictures are what the operator wants to see next.
      if (decision === 'approve') this.desk.selectedVehicle = cue.vehicle;
    });
  }

  followTrack(vehicle: Vehicle, track: string): Promise<boolean> {
    return this.run(`follow-${vehicle.id}`, words.follow(vehicle.name, track), async () => this.desk.store.putCue(await this.desk.api.followTrack(vehicle.id, track)));
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
      this.desk.toasts.show('problem', words.proposalChanged);
      return;
    }
    void this.decideCue(cue.id, decision);
  }

  /** Says in words why a request failed; an outcome that nobody knows is told from a refusal, with what the vehicle shows. */
  tell(error: unknown, vehicle?: Vehicle): void {
    if (!(error instanceof ApiProblem)) throw error;
    if (!error.unknown) return this.desk.toasts.show('problem', error.message);
    const now = vehicle && ` ${words.shows(vehicle.name, shows(this.desk.store.vehicles.get(vehicle.id)))}`;
    this.desk.toasts.show('unknown', `${texts.common.unknownOutcome} ${error.message}${now ?? ''}`);
  }

  private tellVehicle(key: string, vehicle: Vehicle, what: string, request: () => Promise<CommandResult>): Promise<boolean> {
    const done = (result: CommandResult): string => words.accepted(vehicle.name, what, result.detail);
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
