/**
 * The operator's desk: who is signed in, the connection, what is selected, and copies of the store for the page. It owns
 * the live socket and the clock's tick. Tracks stay out of it, except the selected one.
 */
import { Api, ApiProblem } from '../domain/api';
import { Backoff } from '../domain/backoff';
import { ServerClock } from '../domain/clock';
import type { MapAsk } from '../domain/commands';
import type { FrameWatch } from '../domain/frames';
import { LiveSocket, type LinkState } from '../domain/live';
import type { LiveMessage } from '../domain/messages';
import type { Alert, CrossingCell, Cue, Feed, FeedPlace, LonLat, Me, Place, Sensor, Track, Vehicle, Viewshed, Zone } from '../domain/model';
import { PlanReader } from '../domain/planreader';
import { sortAlerts, topCue } from '../domain/queue';
import { Store, type Topic } from '../domain/store';
import { Follow } from './follow.svelte';
import { LayoutState } from './layout.svelte';
import { MapFiles } from './mapfiles.svelte';
import { OwnLayers } from './ownlayers.svelte';
import { Rewind } from './rewind.svelte';
import { Sounds } from './sounds.svelte';
import { Theme } from './theme.svelte';
import { Toasts } from './toasts.svelte';
import { texts } from '../texts';

/** What the next click means: on the map, or, to track, on a picture. */
export type MapMode = 'plain' | 'look' | 'fly' | 'orbit' | 'track' | 'measure';

/** What lies over the page, one thing at a time. */
export type Overlay = 'none' | 'palette' | 'goTo' | 'wall' | 'sensors' | 'layers' | 'admin';

/** Changes are shown together, at most ten times a second, the first after a pause as soon as those that came with it are there. */
const mirrorMs = 100;
const gatherMs = 20;

export class Desk {
  readonly api = new Api();
  readonly store = new Store();
  readonly clock = new ServerClock();
  readonly toasts = new Toasts();
  readonly theme = new Theme();
  readonly layout = new LayoutState();
  readonly sounds = new Sounds();
  readonly ownLayers = new OwnLayers();
  readonly mapFiles = new MapFiles(this.api, this.layout);
  /** The frame watches of the tiles that play now, by feed. */
  readonly watches = new Map<string, FrameWatch>();
  /** What arrived that could not be read, the first few; the top bar counts it, and the list of keys names it. */
  readonly problems = $state<string[]>([]);

  session = $state<'unknown' | 'in' | 'out'>('unknown');
  link = $state<LinkState>('connecting');
  /** The station's time of the last message. */
  heardAt = $state<number | undefined>();
  /** The time of what is shown, ticking twice a second: the station's, or the cursor's while the page looks back. */
  now = $state(Date.now());
  /** The station's time, also while the page looks back. */
  liveNow = $state(Date.now());
  loaded = $state(false);

  /** Who is signed in. */
  account = $state.raw<Me | undefined>();
  vehicles = $state.raw<Vehicle[]>([]);
  feeds = $state.raw<Feed[]>([]);
  sensors = $state.raw<Sensor[]>([]);
  alerts = $state.raw<Alert[]>([]);
  cues = $state.raw<Cue[]>([]);
  track = $state.raw<Track | undefined>();

  selectedVehicle = $state<number | undefined>();
  selectedAlert = $state<string | undefined>();
  selectedTrack = $state<string | undefined>();
  selectedSensor = $state<string | undefined>();
  mode = $state<MapMode>('plain');
  helpOpen = $state(false);
  overlay = $state<Overlay>('none');
  /** The points of the way that is being measured. */
  measured = $state.raw<readonly LonLat[]>([]);
  /** Shows a place on the map, while there is one. */
  centreMap: ((at: Place) => void) | undefined;
  /** Asks on the map about flying to a place, or around it. */
  askMap: ((at: Place, ask: MapAsk) => void) | undefined;
  /** The place that was asked for last in a picture. */
  pointed = $state.raw<FeedPlace | undefined>();
  /** From where the operator asks what can be seen, and the answer. */
  viewFrom = $state.raw<Place | undefined>();
  viewshed = $state.raw<(Viewshed & { eye: Place }) | undefined>();
  /** The heat map of crossings is asked for, and what of it the map shows. */
  crossingsOpen = $state(false);
  crossings = $state.raw<{ cells: readonly CrossingCell[]; hour: number | undefined } | undefined>();
  /** Counts up when somebody has changed an entry of the configuration. */
  configured = $state(0);
  zones = $state.raw<Zone[]>([]);
  /** The vehicle that the operator is asked about terminating. */
  terminating = $state<number | undefined>();
  enlargedFeed = $state<string | undefined>();
  /** The feeds that are shown live, in the order of their tiles. */
  shownFeeds = $state.raw<string[]>([]);
  /** The list of recordings and the player lie over the live pictures. */
  replayOpen = $state(false);

  readonly rewind = new Rewind(this);
  readonly follow = new Follow(this);
  /** Who works at the page, with the rights that they have there: who looks back only watches. */
  me = $derived(this.account && this.rewind.on ? { ...this.account, role: 'viewer' as const, replay: true } : this.account);
  /** The selected vehicle as it is now. */
  vehicle = $derived(this.vehicles.find((v) => v.id === this.selectedVehicle));
  sensor = $derived(this.sensors.find((s) => s.id === this.selectedSensor));
  /** The proposal that the approve key acts on. */
  top = $derived(topCue(this.alerts, this.cues, this.selectedAlert, this.now));

  private readonly planReader = new PlanReader(
    async (vehicle, kind) => this.store.putPlan(vehicle, await this.api.plan(vehicle, kind)),
    () => performance.now(),
  );
  private live: LiveSocket | undefined;
  /** What is live, while the store shows the past. */
  private behind: Store | undefined;
  private readonly pending = new Set<Topic>();
  private mirrorTimer: ReturnType<typeof setTimeout> | undefined;
  private mirroredAt = Number.NEGATIVE_INFINITY;
  private readonly retry = new Backoff(500, 5_000);

  constructor() {
    this.store.onChange((topics) => this.changed(topics));
    setInterval(() => this.tick(), 500);
  }

  /** Finds out who is signed in, and connects. */
  async begin(): Promise<void> {
    try {
      this.signedIn(await this.api.me());
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) this.signedOut();
      else {
        this.link = 'down';
        setTimeout(() => void this.begin(), this.retry.next());
      }
    }
  }

  signedIn(me: Me): void {
    this.account = me;
    this.theme.of(me.name);
    this.layout.of(me.name);
    this.ownLayers.of(me.name);
    this.session = 'in';
    const url = new URL('/api/v1/live?tracks=binary', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    this.live?.close();
    this.live = new LiveSocket(url.href, {
      message: (message) => this.received(message),
      state: (state) => (this.link = state),
      problem: (text) => this.report(text),
      lost: () => void this.checkSession(),
    });
    this.live.start();
  }

  async signOut(): Promise<void> {
    await this.api.signOut().catch(() => undefined);
    this.signedOut();
  }

  report(text: string): void {
    if (this.problems.length < 20 && !this.problems.includes(text)) this.problems.push(text);
    console.warn(`vedette: ${text}`);
  }

  selectTrack(id: string | undefined): void {
    this.selectedTrack = id;
    this.track = id === undefined ? undefined : this.store.tracks.get(id);
  }

  selectAlert(id: string | undefined): void {
    this.selectedAlert = id;
    const trackId = id === undefined ? undefined : this.store.alerts.get(id)?.trackId;
    if (trackId !== undefined && this.store.tracks.has(trackId)) this.selectTrack(trackId);
  }

  /** The feed that keys are about: the enlarged one, else the first that is shown. */
  feedInHand(): Feed | undefined {
    const id = this.enlargedFeed ?? this.shownFeeds[0];
    return id === undefined ? undefined : this.store.feeds.get(id);
  }

  vehicleName(id: number): string {
    return this.vehicles.find((v) => v.id === id)?.name ?? texts.vehicles.named(id);
  }

  /** Reads a vehicle's mission, fence and rally points anew. */
  readPlans(vehicle: number): void {
    this.planReader.again(vehicle);
  }

  /** The instant that is shown. */
  at(): number {
    return this.rewind.on ? this.rewind.at : this.clock.now();
  }

  /** Puts what is live behind, so that the store can show the past. */
  beginPast(): void {
    const behind = new Store();
    behind.take(this.store);
    this.store.clearMoving();
    behind.onChange((topics) => {
      if (topics.includes('alerts')) this.hearLive(behind);
    });
    this.hearLive(behind);
    this.behind = behind;
    // Not a tenth of a second later: until then keys would go by what is live.
    this.mirror();
  }

  /** Shows again what is live. */
  endPast(): void {
    if (this.behind) this.store.take(this.behind);
    this.behind = undefined;
    this.selectTrack(undefined);
    this.mirror();
    this.tick();
  }

  /** Shows the time of the cursor. */
  tellTime(): void {
    this.now = this.at();
  }

  private hearLive(behind: Store): void {
    this.rewind.countLive(behind.alerts.values());
    this.sounds.look([...behind.alerts.values()], this.clock.now());
  }

  private tick(): void {
    this.liveNow = this.clock.now();
    this.now = this.at();
    const vehicle = this.store.vehicles.get(this.selectedVehicle ?? -1);
    if (this.session === 'in' && this.link === 'live' && vehicle && !this.rewind.on) this.planReader.look(vehicle);
  }

  private signedOut(): void {
    this.rewind.leave();
    this.live?.close();
    this.live = undefined;
    this.session = 'out';
    this.loaded = false;
  }

  private async checkSession(): Promise<void> {
    try {
      await this.api.me();
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) this.signedOut();
    }
  }

  private received(message: LiveMessage): void {
    if (message.type === 'snapshot') this.clock.reset();
    if (message.type === 'snapshot' || message.type === 'time') {
      this.clock.observe(message.data.serverTime);
      this.heardAt = message.data.serverTime;
    }
    if (message.type === 'unknown') return;
    if (message.type === 'configured') this.configured += 1;
    (this.behind ?? this.store).apply(message);
  }

  private changed(topics: readonly Topic[]): void {
    for (const topic of topics) this.pending.add(topic);
    this.mirrorTimer ??= setTimeout(() => this.mirror(), Math.max(gatherMs, this.mirroredAt + mirrorMs - performance.now()));
  }

  private mirror(): void {
    clearTimeout(this.mirrorTimer);
    this.mirrorTimer = undefined;
    this.mirroredAt = performance.now();
    const { store, pending } = this;
    if (pending.has('me')) this.account = store.me;
    if (pending.has('vehicles')) this.vehicles = [...store.vehicles.values()].sort((a, b) => a.id - b.id);
    if (pending.has('feeds')) this.feeds = [...store.feeds.values()].sort((a, b) => a.id.localeCompare(b.id));
    if (pending.has('sensors')) this.sensors = [...store.sensors.values()];
    if (pending.has('alerts')) {
      this.alerts = sortAlerts(store.alerts.values());
      if (!this.rewind.on) this.sounds.look(this.alerts, this.clock.now());
    }
    if (pending.has('zones')) this.zones = [...store.zones.values()];
    if (pending.has('cues')) this.cues = [...store.cues.values()];
    if (pending.has('tracks') && this.selectedTrack !== undefined) this.track = store.tracks.get(this.selectedTrack);
    pending.clear();
    this.selectedVehicle ??= this.vehicles[0]?.id;
    this.loaded = store.loaded;
  }
}
