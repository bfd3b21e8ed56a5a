/**
 * What is known now, fed by the live socket. Plain maps without a framework: the map layers read them directly, the page
 * takes copies. Listeners are told which topics changed, once per message, and throttle themselves.
 */
import type { LiveMessage, Snapshot } from './messages';
import type { Plans } from './plan';
import type { Aircraft, Alert, Cue, Detections, Feed, Me, Sensor, Track, Trip, Vehicle, Zone } from './model';
import type { TrackFrame } from './trackframe';
import { TrackTable } from './tracktable';
import { Trail } from './trail';

export type Topic = 'me' | 'vehicles' | 'feeds' | 'sensors' | 'tracks' | 'alerts' | 'cues' | 'zones' | 'detections' | 'traffic' | 'plans';

const allTopics: Topic[] = ['me', 'vehicles', 'feeds', 'sensors', 'tracks', 'alerts', 'cues', 'zones', 'detections', 'traffic'];

const trailForMs = 600_000;
const trailPoints = 320;
/** With more tracks than this only a stub of each trail is kept: nobody could tell them apart, and memory must stand still. */
const manyTracks = 500;
const trailPointsOfMany = 12;

export class Store {
  me: Me | undefined;
  readonly vehicles = new Map<number, Vehicle>();
  readonly feeds = new Map<string, Feed>();
  readonly sensors = new Map<string, Sensor>();
  readonly tracks = new TrackTable();
  readonly trails = new Map<string, Trail>();
  readonly alerts = new Map<string, Alert>();
  readonly cues = new Map<string, Cue>();
  readonly zones = new Map<string, Zone>();
  readonly detections = new Map<string, Detections>();
  readonly trips = new Map<string, Trip>();
  readonly traffic = new Map<string, Aircraft>();
  /** What was read of the vehicles' missions, fences and rally points; no live message brings them. */
  readonly plans = new Map<number, Plans>();
  /** True once a snapshot has come. */
  loaded = false;

  private readonly listeners = new Set<(topics: readonly Topic[]) => void>();

  /** Calls the listener after each change; the answer ends that. */
  onChange(listener: (topics: readonly Topic[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  apply(message: LiveMessage): void {
    switch (message.type) {
      case 'snapshot':
        return this.replace(message.data);
      case 'vehicle':
        return this.put(this.vehicles, message.data.id, message.data, 'vehicles');
      case 'feed':
        return this.put(this.feeds, message.data.id, message.data, 'feeds');
      case 'sensor':
        return this.put(this.sensors, message.data.id, message.data, 'sensors');
      case 'alert':
        return this.put(this.alerts, message.data.id, message.data, 'alerts');
      case 'cue':
        return this.put(this.cues, message.data.id, message.data, 'cues');
      case 'track':
        this.tracks.put(message.data, message.number);
        this.extendTrail(message.data);
        return this.tell(['tracks']);
      case 'tracks':
        for (const { track, number } of message.data) {
          this.tracks.put(track, number);
          this.extendTrail(track);
        }
        return this.tell(['tracks']);
      case 'rows':
        return this.moved(message.data);
      case 'trackGone':
        this.tracks.delete(message.data.id);
        this.trails.delete(message.data.id);
        return this.tell(['tracks']);
      case 'trip':
        return this.tripped(message.data);
      case 'detections':
        return this.put(this.detections, message.data.feed, message.data, 'detections');
      case 'aircraft':
        return this.put(this.traffic, message.data.id, message.data, 'traffic');
      case 'aircraftGone':
        this.traffic.delete(message.data.id);
        return this.tell(['traffic']);
      case 'sensorGone':
        this.sensors.delete(message.data.id);
        return this.tell(['sensors']);
      case 'feedGone':
        this.feeds.delete(message.data.id);
        return this.tell(['feeds']);
      case 'zones':
        refill(this.zones, message.data);
        return this.tell(['zones']);
      case 'configured':
      case 'time':
      case 'unknown':
        return;
    }
  }

  /** Takes in the answer to a decision before the socket repeats it, so that the row changes at once. */
  putAlert(alert: Alert): void {
    this.put(this.alerts, alert.id, alert, 'alerts');
  }

  putFeed(feed: Feed): void {
    this.put(this.feeds, feed.id, feed, 'feeds');
  }

  putCue(cue: Cue): void {
    this.put(this.cues, cue.id, cue, 'cues');
  }

  /** Keeps a list that was read of a vehicle beside its others. */
  putPlan(vehicle: number, part: Plans): void {
    this.put(this.plans, vehicle, { ...this.plans.get(vehicle), ...part }, 'plans');
  }

  dropVehicle(id: number): void {
    this.vehicles.delete(id);
    this.tell(['vehicles']);
  }

  /** Forgets all that a replay shows; sensors, zones and feeds stay. */
  clearMoving(): void {
    for (const map of [this.vehicles, this.tracks, this.trails, this.alerts, this.cues, this.detections, this.traffic, this.trips]) map.clear();
    this.tell(allTopics);
  }

  /** Knows from now on what another store knows, and only that. */
  take(from: Store): void {
    this.me = from.me;
    const copy = <K, V>(to: Map<K, V>, of: Map<K, V>): void => {
      to.clear();
      for (const [k, v] of of) to.set(k, v);
    };
    copy(this.vehicles, from.vehicles);
    copy(this.feeds, from.feeds);
    copy(this.sensors, from.sensors);
    this.tracks.become(from.tracks);
    copy(this.trails, from.trails);
    copy(this.alerts, from.alerts);
    copy(this.cues, from.cues);
    copy(this.zones, from.zones);
    copy(this.detections, from.detections);
    copy(this.trips, from.trips);
    copy(this.traffic, from.traffic);
    this.loaded = from.loaded;
    this.tell(allTopics);
  }

  private replace(s: Snapshot): void {
    this.me = s.me;
    refill(this.vehicles, s.vehicles);
    refill(this.feeds, s.feeds);
    refill(this.sensors, s.sensors);
    this.tracks.clear();
    for (const track of s.tracks) this.tracks.put(track, s.trackNumbers[track.id]);
    refill(this.alerts, s.alerts);
    refill(this.cues, s.cues);
    refill(this.zones, s.zones);
    refill(this.traffic, s.traffic);
    this.detections.clear();
    for (const id of this.trails.keys()) if (!this.tracks.has(id)) this.trails.delete(id);
    for (const track of s.tracks) this.extendTrail(track);
    this.loaded = true;
    this.tell(allTopics);
  }

  private put<K, V>(map: Map<K, V>, key: K, value: V, topic: Topic): void {
    map.set(key, value);
    this.tell([topic]);
  }

  private tripped(trip: Trip): void {
    this.trips.set(trip.sensor, trip);
    const sensor = this.sensors.get(trip.sensor);
    if (sensor) this.sensors.set(sensor.id, { ...sensor, lastTrip: trip.t });
    this.tell(['sensors']);
  }

  private moved(frame: TrackFrame): void {
    const { tracks } = this;
    tracks.take(frame, (slot) => this.extend(tracks.idAt(slot), tracks.t[slot]!, tracks.lat[slot]!, tracks.lon[slot]!));
    this.tell(['tracks']);
  }

  private extendTrail(track: Track): void {
    this.extend(track.id, track.t ?? track.lastSeen, track.position.lat, track.position.lon);
  }

  private extend(id: string, t: number, lat: number, lon: number): void {
    let trail = this.trails.get(id);
    if (!trail) this.trails.set(id, (trail = new Trail()));
    trail.extend(t, lon, lat, this.tracks.size > manyTracks ? trailPointsOfMany : trailPoints, trailForMs);
  }

  private tell(topics: readonly Topic[]): void {
    for (const listener of this.listeners) listener(topics);
  }
}

function refill<K, V extends { id: K }>(map: Map<K, V>, values: readonly V[]): void {
  map.clear();
  for (const value of values) map.set(value.id, value);
}
