/** The plan view: the draft with its history, what is selected, what the station says of it, and what goes to and from a vehicle. */
import { ApiProblem } from '../domain/api';
import type { Place } from '../domain/place';
import { differences } from '../domain/planner/compare';
import { errorsOf, type PlanCheck } from '../domain/planner/check';
import { emptyDraft, hasPart, parts, wireOf, withLists, type Draft, type Part, type Shape, type WirePlan } from '../domain/planner/draft';
import * as edit from '../domain/planner/edit';
import { normal } from '../domain/planner/handles';
import { heightOf, type Height } from '../domain/planner/height';
import * as history from '../domain/planner/history';
import type { Pattern } from '../domain/planner/lanes';
import { PlanApi, type PlanFormat } from '../domain/planner/planapi';
import type { Desk } from './desk.svelte';
import { texts } from '../texts';

const said = texts.planTransfer;

/** What the next click on the map adds. */
export type PlanTool = 'none' | 'waypoint' | 'rally' | 'circle' | 'area' | 'line';

const defaultHeight: Height = { m: 60, above: 'home' };
const defaultRallyM = 30;
const defaultRadiusM = 100;
/** The draft rests so long before it is looked through. */
const restMs = 600;
const largestFile = 8 << 20;

export class Planner {
  open = $state(false);
  tool = $state<PlanTool>('none');
  /** The id of the handle that is selected (domain/planner/handles.ts). */
  selected = $state<string | undefined>();
  private steps = $state.raw(history.begin<Draft>(emptyDraft));
  /** What is sent, and looked through; undefined: whatever the draft has. */
  private asked = $state.raw<ReadonlyMap<Part, boolean>>(new Map());

  check = $state.raw<PlanCheck | undefined>();
  /** Why the draft could not be looked through. */
  checkProblem = $state('');
  checking = $state(false);
  /** What the vehicle was read to hold, and when. */
  held = $state.raw<{ vehicle: number; draft: Draft; at: number } | undefined>();
  busy = $state<'' | 'download' | 'compare' | 'upload' | 'clear' | 'import'>('');
  /** What came of the last transfer, in words. */
  outcome = $state<{ tone: 'ok' | 'problem'; text: string } | undefined>();
  /** Shapes of a KML file, until it is said what each is. */
  shapes = $state.raw<readonly Shape[]>([]);
  /** The pattern that would be made now; drawn before it is. */
  preview = $state.raw<Pattern | undefined>();

  readonly api: PlanApi;
  draft = $derived(this.steps.now);
  canUndo = $derived(this.steps.past.length > 0);
  canRedo = $derived(this.steps.future.length > 0);
  errors = $derived(errorsOf(this.check));
  wanted = $derived(parts.filter((p) => this.asked.get(p) ?? hasPart(this.draft, p)));
  differences = $derived.by(() =>
    this.held && this.held.vehicle === this.desk.selectedVehicle ? differences(this.draft, this.held.draft) : undefined,
  );

  private checkTimer: ReturnType<typeof setTimeout> | undefined;
  private checkAbort: AbortController | undefined;

  constructor(private readonly desk: Desk) {
    this.api = new PlanApi(desk.api);
  }

  toggle(): void {
    this.open = !this.open;
    this.tool = 'none';
    if (this.open) this.lookThrough();
  }

  /** kind joins changes in a row into one step, as those of a drag. */
  change(next: Draft, kind?: string): void {
    this.steps = history.change(this.steps, next, kind);
    this.lookThrough();
  }

  settle(): void {
    this.steps = history.settle(this.steps);
  }

  undo(): void {
    this.steps = history.undo(this.steps);
    this.lookThrough();
  }

  redo(): void {
    this.steps = history.redo(this.steps);
    this.lookThrough();
  }

  want(part: Part, is: boolean): void {
    this.asked = new Map([...this.asked, [part, is]]);
    this.lookThrough();
  }

  /** A click on the map; false where it means nothing to the plan. */
  clicked(to: Place): boolean {
    if (!this.open || this.tool === 'none') return false;
    this.place(to);
    return true;
  }

  /** Adds what the tool adds. */
  place(to: Place): void {
    const at = normal(to);
    const d = this.draft;
    switch (this.tool) {
      case 'waypoint': {
        const after = this.selected?.startsWith('item:') ? Number(this.selected.slice(5)) : undefined;
        this.change(edit.addItems(d, [edit.waypoint(at, this.usualHeight())], after));
        this.selected = `item:${d.next}`;
        return;
      }
      case 'rally':
        this.change(edit.addRally(d, at, defaultRallyM));
        this.selected = `rally:${d.next}`;
        return;
      case 'circle':
        this.change(edit.addCircle(d, at, defaultRadiusM, true));
        this.selected = `circle:${d.next}`;
        return;
      case 'area':
      case 'line':
        return this.change(edit.sketchAt(d, this.tool, at));
      case 'none':
    }
  }

  /** The height of the last item that has one. */
  usualHeight(): Height {
    for (const { wire } of [...this.draft.items].reverse()) {
      const h = heightOf(wire);
      if (h) return h;
    }
    return defaultHeight;
  }

  /** Has the station look through the draft once it rests. */
  lookThrough(): void {
    clearTimeout(this.checkTimer);
    this.checkAbort?.abort();
    if (!this.open) return;
    this.checking = true;
    this.checkTimer = setTimeout(() => void this.checkNow(), restMs);
  }

  private async checkNow(): Promise<void> {
    const abort = (this.checkAbort = new AbortController());
    const wanted = this.wanted;
    try {
      const check = wanted.length === 0 ? undefined : await this.api.check(this.desk.selectedVehicle, wireOf(this.draft, wanted), abort.signal);
      if (abort.signal.aborted) return;
      this.check = check;
      this.checkProblem = '';
    } catch (error) {
      if (abort.signal.aborted) return;
      this.check = undefined;
      this.checkProblem = words(error);
    }
    this.checking = false;
  }

  /** Reads what the vehicle holds into the draft; the draft before is one undo away. */
  download(vehicle: number): Promise<void> {
    return this.run('download', async (signal) => {
      const plan = await this.api.download(vehicle, signal);
      this.change(withLists(this.draft, plan));
      this.settle();
      this.asked = new Map(parts.map((p) => [p, true]));
      this.held = { vehicle, draft: this.draft, at: this.desk.clock.now() };
      return said.readFrom(this.desk.vehicleName(vehicle), count(this.draft));
    });
  }

  compare(vehicle: number): Promise<void> {
    return this.run('compare', async (signal) => {
      const draft = withLists(emptyDraft, await this.api.download(vehicle, signal));
      this.held = { vehicle, draft, at: this.desk.clock.now() };
      return said.holds(this.desk.vehicleName(vehicle), count(draft));
    });
  }

  upload(vehicle: number, reason: string | undefined): Promise<void> {
    return this.run('upload', async () => {
      const sent = wireOf(this.draft, this.wanted);
      const findings = await this.api.upload(vehicle, sent, reason);
      const before = this.held?.vehicle === vehicle ? this.held.draft : emptyDraft;
      this.held = { vehicle, draft: withLists(before, sent), at: this.desk.clock.now() };
      this.desk.readPlans(vehicle);
      const found = findings.length === 0 ? '' : ` ${said.findings(findings.length)}`;
      return said.holdsSent(this.desk.vehicleName(vehicle), this.wanted.map((p) => texts.plan.parts[p]).join(', ')) + found;
    });
  }

  clear(vehicle: number): Promise<void> {
    return this.run('clear', async () => {
      await this.api.clear(vehicle);
      this.held = { vehicle, draft: emptyDraft, at: this.desk.clock.now() };
      this.desk.readPlans(vehicle);
      return said.holdsNothing(this.desk.vehicleName(vehicle));
    });
  }

  /** Reads a file: a plan takes the draft's place, shapes wait to be chosen. */
  importFile(file: { name: string; size: number; text(): Promise<string> }): Promise<void> {
    return this.run('import', async () => {
      if (file.size > largestFile) throw new ApiProblem(413, said.tooLargeTitle, said.tooLarge(file.name, file.size, largestFile));
      return this.take(await this.api.read(await file.text()), file.name);
    });
  }

  private take(plan: WirePlan, name: string): string {
    if (plan.shapes) {
      this.shapes = plan.shapes;
      return said.shapes(name, plan.shapes.length);
    }
    this.change(withLists(this.draft, plan));
    this.settle();
    const made = [plan.autopilot, plan.airframe].filter((w) => w !== undefined).join(', ');
    return said.readFrom(name, count(this.draft)) + (made ? ` ${said.madeFor(made)}` : '');
  }

  async exportFile(format: PlanFormat): Promise<Blob | undefined> {
    try {
      return await this.api.write(wireOf(this.draft, parts), format);
    } catch (error) {
      this.outcome = { tone: 'problem', text: words(error) };
      return undefined;
    }
  }

  private async run(what: Planner['busy'], act: (signal: AbortSignal) => Promise<string>): Promise<void> {
    if (this.busy) return;
    this.busy = what;
    this.outcome = undefined;
    const abort = new AbortController();
    try {
      this.outcome = { tone: 'ok', text: await act(abort.signal) };
    } catch (error) {
      const unknown = error instanceof ApiProblem && error.unknown ? `${texts.common.unknownOutcome} ` : '';
      this.outcome = { tone: 'problem', text: unknown + words(error) };
    } finally {
      this.busy = '';
    }
  }
}

function words(error: unknown): string {
  if (error instanceof Error) return error.message;
  throw error;
}

function count(d: Draft): string {
  return said.count(d.items.length, d.polygons.length + d.circles.length, d.rally.length);
}
