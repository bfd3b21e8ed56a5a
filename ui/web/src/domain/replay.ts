/**
 * Plays recordings in a video element, from any second, over the borders of files: fragments are fetched by their place in
 * the file and given to Media Source Extensions. The element's time counts seconds from the start of the first file, so that
 * hours without recordings are stretches without pictures, which are skipped.
 */
import type { Api } from './api';
import { fileAt, fragmentFor, takenAt, type Recording, type RecordingIndex } from './recording';
import { texts } from '../texts';

/** So much is fetched ahead of what is shown, in seconds of playing, and kept behind it. */
const aheadS = 12;
const behindS = 20;
/** Longer than everything that is kept of a feed: three years. */
const longestS = 1e8;
const pumpEveryMs = 200;
/** How often a file that grows is looked at again. */
const growsEveryMs = 1_500;

export interface ReplayHooks {
  /** What is shown was taken then; undefined while nothing is shown. */
  shown(ms: number | undefined, file: Recording | undefined): void;
  /** It cannot be played, and why; '' once it can. */
  trouble(words: string): void;
}

interface Place {
  file: number;
  fragment: number;
}

export class Replay {
  private files: readonly Recording[] = [];
  private readonly indexes = new Map<string, { index: RecordingIndex; readAt: number }>();
  private source = new MediaSource();
  private buffer: SourceBuffer | undefined;
  private url = '';
  private next: Place = { file: 0, fragment: 0 };
  /** The file whose header the decoder has. */
  private begun = -1;
  private busy = false;
  private closed = false;
  private wanted: number | undefined;
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly api: Api,
    private readonly hooks: ReplayHooks,
  ) {
    this.timer = setInterval(() => void this.pump(), pumpEveryMs);
    video.addEventListener('timeupdate', this.tell);
    video.addEventListener('seeked', this.tell);
  }

  close(): void {
    this.closed = true;
    clearInterval(this.timer);
    this.video.removeEventListener('timeupdate', this.tell);
    this.video.removeEventListener('seeked', this.tell);
    this.video.removeAttribute('src');
    this.video.load();
    if (this.url) URL.revokeObjectURL(this.url);
  }

  /** Takes the files of a feed, the oldest first. What is shown stays where only the end has changed. */
  setFiles(files: readonly Recording[]): void {
    const same = this.files[0]?.name === files[0]?.name;
    this.files = files;
    if (!same) this.begin();
  }

  /** Shows an instant: the nearest one later where nothing was recorded. */
  seek(ms: number): void {
    this.wanted = ms;
    void this.pump();
  }

  private begin(): void {
    this.buffer = undefined;
    this.begun = -1;
    this.source = new MediaSource();
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = URL.createObjectURL(this.source);
    this.video.src = this.url;
  }

  private get origin(): number {
    return this.files[0]?.start ?? 0;
  }

  private offsetS(file: number): number {
    return ((this.files[file]?.start ?? 0) - this.origin) / 1000;
  }

  private readonly tell = (): void => {
    const at = this.video.currentTime;
    const file = this.files.findLastIndex((f) => f.start <= this.origin + at * 1000 + 1);
    const index = this.indexes.get(this.files[file]?.name ?? '')?.index;
    const shown = this.buffer !== undefined && this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    const ms = shown && index ? takenAt(index, at - this.offsetS(file)) : undefined;
    this.hooks.shown(ms, this.files[file]);
  };

  /** Does one thing that is due: goes where it is wanted, fetches what comes next, forgets what was. One call at a time. */
  private async pump(): Promise<void> {
    if (this.busy || this.closed || this.files.length === 0 || this.source.readyState === 'closed') return;
    this.busy = true;
    try {
      if (this.wanted !== undefined) await this.go(this.wanted);
      for (let n = 0; n < 20 && this.wanted === undefined && (await this.fetchNext()); n += 1);
      this.skipGap();
      this.hooks.trouble('');
    } catch (error) {
      if (!this.closed) this.hooks.trouble(error instanceof Error ? error.message : String(error));
    } finally {
      this.busy = false;
    }
    if (this.wanted !== undefined && !this.closed) void this.pump();
  }

  private async go(ms: number): Promise<void> {
    const file = fileAt(this.files, ms);
    const entry = this.files[file];
    if (!entry) return;
    const index = await this.indexOf(entry, true);
    if (this.wanted === ms) this.wanted = undefined;
    const lastS = index.fragments.at(-1)?.toS ?? 0;
    const second = Math.min(Math.max((ms - entry.start) / 1000, 0), Math.max(0, lastS - 0.3));
    const at = this.offsetS(file) + second;
    if (!this.holds(at)) {
      if (this.buffer) await this.settle(this.buffer, () => this.buffer?.remove(0, Number.POSITIVE_INFINITY));
      this.next = { file, fragment: fragmentFor(index, second) };
      this.begun = -1;
      await this.fetchNext(true);
    }
    this.video.currentTime = at;
  }

  private holds(at: number): boolean {
    const b = this.buffer?.buffered;
    for (let i = 0; b && i < b.length; i += 1) if (b.start(i) <= at + 0.05 && at < b.end(i) - 0.05) return true;
    return false;
  }

  /** Where the pictures end that follow the one that is shown without a gap. */
  private endsAt(at: number): number {
    const b = this.buffer?.buffered;
    for (let i = 0; b && i < b.length; i += 1) if (b.start(i) <= at + 0.3 && at <= b.end(i)) return b.end(i);
    return at;
  }

  /** Fetches one fragment; false where enough is there, or nothing more is. */
  private async fetchNext(now = false): Promise<boolean> {
    const at = this.video.currentTime;
    if (!now && this.endsAt(at) - at > aheadS * Math.max(1, this.video.playbackRate)) return false;
    const entry = this.files[this.next.file];
    if (!entry) return false;
    let index = await this.indexOf(entry);
    if (this.next.fragment >= index.fragments.length && entry.open) index = await this.indexOf(entry, true);
    const fragment = index.fragments[this.next.fragment];
    if (!fragment) {
      if (this.next.file + 1 >= this.files.length) return false;
      this.next = { file: this.next.file + 1, fragment: 0 };
      return true;
    }
    const buffer = this.prepare(index);
    if (this.begun !== this.next.file) {
      const header = await this.api.recordingBytes(entry.name, 0, index.headerBytes);
      // Coded pictures of the file before that are still to come do not belong to this one.
      if (this.source.readyState === 'open') buffer.abort();
      buffer.timestampOffset = this.offsetS(this.next.file);
      await this.settle(buffer, () => buffer.appendBuffer(header));
      this.begun = this.next.file;
    }
    const bytes = await this.api.recordingBytes(entry.name, fragment.at, fragment.bytes);
    await this.forget(buffer, at);
    await this.settle(buffer, () => buffer.appendBuffer(bytes));
    this.next = { file: this.next.file, fragment: this.next.fragment + 1 };
    return !now;
  }

  /** The buffer, ready for what a file holds. */
  private prepare(index: RecordingIndex): SourceBuffer {
    const type = `video/mp4; codecs="${index.codecs}"`;
    if (!MediaSource.isTypeSupported(type)) throw new Error(texts.recordings.unplayable(index.codecs.startsWith('hvc1') ? 'H.265' : index.codecs));
    if (!this.buffer) {
      this.buffer = this.source.addSourceBuffer(type);
      // Nobody can seek beyond what has come of a source that has no duration.
      this.source.duration = longestS;
    } else if (this.begun !== this.next.file) this.buffer.changeType(type);
    return this.buffer;
  }

  private async forget(buffer: SourceBuffer, at: number): Promise<void> {
    const first = buffer.buffered.length > 0 ? buffer.buffered.start(0) : at;
    if (at - first > 2 * behindS) await this.settle(buffer, () => buffer.remove(0, at - behindS));
  }

  /** Waits for what was begun with a buffer. */
  private settle(buffer: SourceBuffer, begin: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (failed: boolean) => () => {
        buffer.removeEventListener('updateend', good);
        buffer.removeEventListener('error', bad);
        if (failed) reject(new Error(texts.recordings.damaged));
        else resolve();
      };
      const [good, bad] = [end(false), end(true)];
      buffer.addEventListener('updateend', good);
      buffer.addEventListener('error', bad);
      try {
        begin();
      } catch (error) {
        end(false)();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  private async indexOf(entry: Recording, fresh = false): Promise<RecordingIndex> {
    const known = this.indexes.get(entry.name);
    if (known && !(fresh && entry.open && performance.now() - known.readAt > growsEveryMs)) return known.index;
    const index = await this.api.recordingIndex(entry.name);
    this.indexes.set(entry.name, { index, readAt: performance.now() });
    return index;
  }

  /** Goes on after a stretch without pictures. */
  private skipGap(): void {
    const { video } = this;
    const b = this.buffer?.buffered;
    if (!b || video.seeking || this.holds(video.currentTime)) return;
    for (let i = 0; i < b.length; i += 1) {
      if (b.start(i) > video.currentTime) {
        video.currentTime = b.start(i) + 0.01;
        return;
      }
    }
  }
}
