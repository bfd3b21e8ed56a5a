/** The sensor or zone that is being edited on the map: its draft, the point in hand, and what the station says of it. */
import { ApiProblem } from '../domain/api';
import type { Place } from '../domain/model';
import * as site from '../domain/site';
import { texts } from '../texts';
import type { Desk } from './desk.svelte';

const words = texts.site;

export class SiteEditor {
  draft = $state.raw<site.SiteDraft | undefined>();
  /** Which point the next place is; undefined: the next one. */
  hand = $state.raw<site.Hand | undefined>();
  /** What the station says against it. */
  problem = $state('');
  busy = $state(false);
  /** The entry that is edited, as the station told it; none for what is new. */
  entry = $state.raw<site.ConfigEntry | undefined>();
  gateways = $state.raw<readonly { name: string; protocol: string }[]>([]);

  lacking = $derived(this.draft ? site.lacking(this.draft) : []);
  sketch = $derived(this.draft ? site.sketchOf(this.draft, this.hand) : undefined);
  fresh = $derived(this.draft?.revision === site.revisionNone && this.entry === undefined);

  constructor(private readonly desk: Desk) {}

  async adopt(stranger: site.Stranger): Promise<void> {
    await this.begin('sensors', (c) => site.adoptionOf(stranger, new Set(c.entries.map((e) => e.id))));
  }

  async newZone(): Promise<void> {
    await this.begin('zones', (c) => site.newZone(new Set(c.entries.map((e) => e.id))));
  }

  async edit(section: 'sensors' | 'zones', id: string): Promise<void> {
    await this.begin(section, (c) => {
      this.entry = c.entries.find((e) => e.id === id);
      return this.entry && site.draftOf(this.entry);
    });
  }

  private async begin(section: site.Section, draft: (c: site.Configuration) => site.SiteDraft | undefined): Promise<void> {
    this.cancel();
    try {
      const c = await this.desk.api.configuration(section);
      this.gateways = c.gateways;
      this.draft = draft(c);
      this.desk.mode = 'plain';
    } catch (error) {
      this.desk.toasts.show('problem', said(error));
    }
  }

  /** Puts away what is in hand, else the draft; false where there is neither. */
  back(): boolean {
    if (!this.draft) return false;
    if (this.hand) this.hand = undefined;
    else this.cancel();
    return true;
  }

  cancel(): void {
    this.draft = this.entry = this.hand = undefined;
    this.problem = '';
  }

  change(part: Partial<site.SensorDraft> | Partial<site.ZoneDraft>): void {
    if (!this.draft) return;
    const next = { ...this.draft, ...part } as site.SiteDraft;
    const { most } = site.pointsOf(next);
    this.draft = next.points.length > most ? { ...next, points: next.points.slice(0, most) } : next;
    this.problem = '';
  }

  take(index: number, add: boolean): void {
    const same = this.hand?.at === index && this.hand.add === add;
    this.hand = same ? undefined : { at: index, add };
  }

  drop(index: number): void {
    if (this.draft) this.draft = site.without(this.draft, index);
    this.hand = undefined;
  }

  /** A click on the map; false where nothing is edited. */
  clicked(at: Place): boolean {
    if (!this.draft) return false;
    this.place(at);
    return true;
  }

  place(at: Place): void {
    if (!this.draft) return;
    // The map may show a copy of the world.
    const lon = ((((at.lon + 180) % 360) + 360) % 360) - 180;
    this.draft = site.placed(this.draft, { lat: at.lat, lon }, this.hand);
    this.hand = undefined;
    this.problem = '';
  }

  save(): Promise<boolean> {
    const d = this.draft;
    return d && this.lacking.length === 0 ? this.send(site.entryOf(d)) : Promise.resolve(false);
  }

  remove(): Promise<boolean> {
    return this.send(undefined);
  }

  reset(): Promise<boolean> {
    return this.send('file');
  }

  private async send(to: site.Entry | undefined | 'file'): Promise<boolean> {
    const d = this.draft;
    if (!d || this.busy) return false;
    this.busy = true;
    this.problem = '';
    try {
      const is = await this.desk.api.changeEntry(d.what === 'sensor' ? 'sensors' : 'zones', d.id, to, d.revision);
      const done = to === undefined ? words.removed : to === 'file' ? words.wasReset : words.saved;
      this.desk.toasts.show('ok', done(d.id, is.restart === true));
      this.cancel();
      return true;
    } catch (error) {
      this.problem = said(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

function said(error: unknown): string {
  if (error instanceof ApiProblem) return error.message;
  throw error;
}
