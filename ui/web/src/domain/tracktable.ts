/**
 * The tracks that live, in columns: rows from the live socket go straight into typed arrays, and the map's layer reads them
 * there. A Track is made only for who asks for one. Slots are dense; the last one takes the place of one that ends.
 */
import type { Track } from './model';
import { at, flag, timesOf, type TrackFrame } from './trackframe';
import { nearDeg } from './trail';

const statuses: readonly Track['status'][] = ['tentative', 'confirmed', 'coasting'];
const classNames = ['person', 'vehicle', 'animal'] as const;

export class TrackTable {
  lat = new Float64Array(64);
  lon = new Float64Array(64);
  /** The instant of the position, and of the last measurement, in ms. */
  t = new Float64Array(64);
  lastSeen = new Float64Array(64);
  /** Half axes in metres (0: none) and bearing in degrees. */
  major = new Float32Array(64);
  minor = new Float32Array(64);
  bearing = new Float32Array(64);
  /** In degrees and m/s; NaN where not known. */
  course = new Float32Array(64);
  speed = new Float32Array(64);
  /** Index in statuses. */
  status = new Uint8Array(64);

  /** The last row of each slot beyond that: flags, existence, three classes. */
  private more = new Uint8Array(64 * 5);
  /** The slot was moved by a row since its Track came. */
  private moved = new Uint8Array(64);
  private numbers = new Uint32Array(64);
  /** Where each slot was when it was last told of. */
  private toldLat = new Float64Array(64);
  private toldLon = new Float64Array(64);
  private readonly known: Track[] = [];
  private readonly slots = new Map<string, number>();
  private readonly slotsByNumber = new Map<number, number>();

  get size(): number {
    return this.known.length;
  }

  has(id: string): boolean {
    return this.slots.has(id);
  }

  get(id: string): Track | undefined {
    const slot = this.slots.get(id);
    return slot === undefined ? undefined : this.made(slot);
  }

  *values(): Generator<Track> {
    for (let slot = 0; slot < this.known.length; slot += 1) yield this.made(slot);
  }

  idAt(slot: number): string {
    return this.known[slot]!.id;
  }

  /** What is said of a track but where and how it moves: its code and class do not come in rows. */
  sidcAt(slot: number): string | undefined {
    return this.known[slot]!.sidc;
  }

  classAt(slot: number): string {
    return this.known[slot]!.class;
  }

  statusAt(slot: number): Track['status'] {
    return statuses[this.status[slot]!]!;
  }

  /** Takes in a whole track; its number is that of its rows, where it has any. */
  put(track: Track, number?: number): void {
    let slot = this.slots.get(track.id);
    if (slot === undefined) {
      slot = this.known.length;
      if (slot === this.lat.length) this.grow();
      this.slots.set(track.id, slot);
      this.numbers[slot] = 0;
    }
    this.known[slot] = track;
    this.moved[slot] = 0;
    if (number !== undefined) this.rename(slot, number);
    this.lat[slot] = this.toldLat[slot] = track.position.lat;
    this.lon[slot] = this.toldLon[slot] = track.position.lon;
    this.t[slot] = track.t ?? track.lastSeen;
    this.lastSeen[slot] = track.lastSeen;
    this.major[slot] = track.ellipse?.semiMajorM ?? 0;
    this.minor[slot] = track.ellipse?.semiMinorM ?? 0;
    this.bearing[slot] = track.ellipse?.bearingDeg ?? 0;
    this.course[slot] = track.courseDeg ?? Number.NaN;
    this.speed[slot] = track.speed ?? Number.NaN;
    this.status[slot] = statuses.indexOf(track.status);
  }

  delete(id: string): void {
    const slot = this.slots.get(id);
    if (slot === undefined) return;
    this.slots.delete(id);
    if (this.numbers[slot]! > 0) this.slotsByNumber.delete(this.numbers[slot]!);
    const last = this.known.length - 1;
    const mover = this.known.pop()!;
    if (slot === last) return;
    this.known[slot] = mover;
    this.slots.set(mover.id, slot);
    for (const column of this.columns()) column[slot] = column[last]!;
    this.more.copyWithin(slot * 5, last * 5, last * 5 + 5);
    if (this.numbers[slot]! > 0) this.slotsByNumber.set(this.numbers[slot]!, slot);
  }

  clear(): void {
    this.known.length = 0;
    this.slots.clear();
    this.slotsByNumber.clear();
  }

  /** Knows from now on what another table knows, and by which numbers its rows come. */
  become(other: TrackTable): void {
    this.clear();
    for (let slot = 0; slot < other.size; slot += 1) this.put(other.made(slot), other.numbers[slot]! || undefined);
  }

  /** Takes in a frame's rows; tells of each slot that is not near to where it was told of last. Rows of numbers that nothing has introduced are left out. */
  take(frame: TrackFrame, moved: (slot: number) => void): void {
    const { rows, rowBytes, count } = frame;
    const time = timesOf(frame.sentMs);
    const { size, numbers, slotsByNumber, more, toldLat, toldLon } = this;
    for (let i = 0, o = 0, next = 0; i < count; i += 1, o += rowBytes) {
      const number = rows.getUint32(o, true);
      // Rows mostly come in the order in which their tracks came.
      const slot = next < size && numbers[next] === number && number > 0 ? next : slotsByNumber.get(number);
      const lat = rows.getInt32(o + at.lat, true) / 1e7;
      const lon = rows.getInt32(o + at.lon, true) / 1e7;
      if (slot === undefined || !(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) continue;
      next = slot + 1;
      const flags = rows.getUint8(o + at.flags);
      const status = rows.getUint8(o + at.status);
      this.lat[slot] = lat;
      this.lon[slot] = lon;
      this.t[slot] = time(rows.getUint32(o + at.t, true));
      this.lastSeen[slot] = time(rows.getUint32(o + at.lastSeen, true));
      this.major[slot] = flags & flag.ellipse ? finite(rows.getFloat32(o + at.major, true)) : 0;
      this.minor[slot] = flags & flag.ellipse ? finite(rows.getFloat32(o + at.minor, true)) : 0;
      this.bearing[slot] = rows.getUint16(o + at.bearing, true) / 100;
      this.course[slot] = flags & flag.course ? rows.getUint16(o + at.course, true) / 100 : Number.NaN;
      this.speed[slot] = flags & flag.speed ? rows.getUint16(o + at.speed, true) / 100 : Number.NaN;
      // A status of a newer station leaves the last one.
      if (status >= 1 && status <= statuses.length) this.status[slot] = status - 1;
      more[slot * 5] = flags;
      for (let k = 0; k < 4; k += 1) more[slot * 5 + 1 + k] = rows.getUint8(o + at.existence + k);
      this.moved[slot] = 1;
      if (Math.abs(lat - toldLat[slot]!) < nearDeg && Math.abs(lon - toldLon[slot]!) < nearDeg) continue;
      toldLat[slot] = lat;
      toldLon[slot] = lon;
      moved(slot);
    }
  }

  private made(slot: number): Track {
    const known = this.known[slot]!;
    if (this.moved[slot] === 0) return known;
    const flags = this.more[slot * 5]!;
    const share = (k: number): number => this.more[slot * 5 + 1 + k]! / 255;
    const track: Track = {
      ...known,
      position: { lat: this.lat[slot]!, lon: this.lon[slot]! },
      status: this.statusAt(slot),
      t: this.t[slot]!,
      lastSeen: this.lastSeen[slot]!,
    };
    delete track.courseDeg;
    delete track.speed;
    delete track.ellipse;
    if (flags & flag.course) track.courseDeg = this.course[slot]!;
    if (flags & flag.speed) track.speed = this.speed[slot]!;
    if (flags & flag.ellipse) track.ellipse = { semiMajorM: this.major[slot]!, semiMinorM: this.minor[slot]!, bearingDeg: this.bearing[slot]! };
    if (flags & flag.existence) track.existence = share(0);
    if (flags & flag.classes) track.classProbabilities = Object.fromEntries(classNames.map((name, k) => [name, share(1 + k)]));
    return track;
  }

  private rename(slot: number, number: number): void {
    if (this.numbers[slot] === number) return;
    if (this.numbers[slot]! > 0) this.slotsByNumber.delete(this.numbers[slot]!);
    this.numbers[slot] = number;
    this.slotsByNumber.set(number, slot);
  }

  private columns(): (Float64Array | Float32Array | Uint8Array | Uint32Array)[] {
    return [this.lat, this.lon, this.t, this.lastSeen, this.major, this.minor, this.bearing, this.course, this.speed, this.status, this.moved, this.numbers, this.toldLat, this.toldLon];
  }

  private grow(): void {
    const longer = <T extends Float64Array | Float32Array | Uint8Array | Uint32Array>(old: T): T => {
      const made = new (old.constructor as new (length: number) => T)(old.length * 2);
      made.set(old);
      return made;
    };
    this.lat = longer(this.lat);
    this.lon = longer(this.lon);
    this.t = longer(this.t);
    this.lastSeen = longer(this.lastSeen);
    this.major = longer(this.major);
    this.minor = longer(this.minor);
    this.bearing = longer(this.bearing);
    this.course = longer(this.course);
    this.speed = longer(this.speed);
    this.status = longer(this.status);
    this.more = longer(this.more);
    this.moved = longer(this.moved);
    this.numbers = longer(this.numbers);
    this.toldLat = longer(this.toldLat);
    this.toldLon = longer(this.toldLon);
  }
}

const finite = (v: number): number => (Number.isFinite(v) ? v : 0);
