/** What a tile says about its picture, in words. */
import { clockTime, quantity } from './format';
import type { Picture } from './frames';
import type { Feed, Vehicle } from './model';
import { texts } from '../texts';

const said = texts.video;

export interface TileInput {
  feed: Pick<Feed, 'state' | 'problem' | 'alternate'>;
  picture: Picture;
  /** Whether this browser has a connection to the feed. */
  connected: boolean;
  /** Frames shown in a second. */
  fps: number;
  /** What the last attempt to connect ended with, and the feed to show instead that it named. */
  detail: string;
  offered?: string | undefined;
  /** The station's time. */
  nowMs: number;
}

export interface TileWords {
  /** In the caption. */
  status: string;
  /** Over the picture; undefined while it plays. */
  veil: { title: string; why: string[]; alternate: string | undefined } | undefined;
}

export function tileWords(input: TileInput): TileWords {
  const { feed, picture, connected, detail } = input;
  const { problem } = feed;
  if (picture.state === 'live') return { status: said.fps(Math.round(input.fps)), veil: undefined };
  // What the station says about the stream tells more than how the last attempt ended, which often repeats it.
  const why = [problem?.words ?? '', problem && detail.includes(problem.words) ? '' : detail].filter((words) => words !== '');
  const veil = (title: string) => ({ title, why, alternate: input.offered ?? (problem ? feed.alternate : undefined) });
  if (picture.state === 'connecting') return { status: said.connecting, veil: veil(said.connectingVeil) };
  if (picture.state === 'refused') return { status: said.doesNotPlay, veil: veil(said.doesNotPlayVeil) };
  const since = clockTime(input.nowMs - picture.forMs);
  // A live feed whose pictures do not reach this browser has a signal.
  const lacks = feed.state !== 'live' ? said.lacks.signal : connected ? said.lacks.picture : said.lacks.connection;
  const words = said.since(lacks, since);
  return { status: words, veil: veil(words.charAt(0).toUpperCase() + words.slice(1)) };
}

/** Who controls a camera: another station that holds its gimbal, else who has the lease of what carries it; undefined for a camera on a mast. */
export function cameraHolder(carrier: Pick<Vehicle, 'control' | 'gimbals'> | undefined, me: { name: string } | undefined): string | undefined {
  if (!carrier) return undefined;
  const other = carrier.gimbals?.find((g) => g.control?.who === 'other')?.control;
  if (other) return texts.hand.otherGimbal(String(other.system ?? '–'), String(other.component ?? '–'));
  const { control } = carrier;
  if (!control) return texts.hand.free;
  return control.holder === me?.name ? texts.hand.byYou : texts.hand.by(control.holder);
}

/** Something about a picture that plays: what would make it better, or that other browsers may not play it. */
export interface Remark {
  code: string;
  /** For a small tile. */
  short: string;
  /** The station's own sentence, with the mend. */
  words: string;
}

/** What is to be said of a picture while it plays. */
export function tileRemarks(feed: Pick<Feed, 'problem' | 'hints'>, picture: Picture): Remark[] {
  if (picture.state !== 'live') return [];
  const remarks = (feed.hints ?? []).map(({ code, words }) => ({ code, short: said.remarks[code] ?? words, words }));
  const { problem } = feed;
  return problem?.plays === 'some' ? [{ code: problem.code, short: said.otherBrowsers, words: problem.words }, ...remarks] : remarks;
}

/** A picture that moves and is older than this is late: what it shows may be over. */
const lateAfterMs = 2_000;

/** How old the picture is that is shown; late where it should not be taken for the present. */
export function ageWords(ageMs: number | undefined): { text: string; late: boolean } {
  const late = ageMs !== undefined && ageMs > lateAfterMs;
  return { text: `${late ? '▲ ' : ''}${said.frameAge(ageMs === undefined ? '–' : quantity(ageMs / 1000, 's', 1))}`, late };
}

/** Whether the station looks at the feed's pictures: in short for the tile's foot, and what keeps it from looking, or slows it. */
export function detectorWords(feed: Pick<Feed, 'kind' | 'detector'>): { short: string; why: string | undefined } {
  const { state, reason } = feed.detector ?? { state: 'off' };
  if (state === 'running') return { short: said.detecting, why: reason ? `▲ ${said.detectsLess(reason)}` : undefined };
  if (state === 'idle') return { short: said.detectorIdle, why: `▲ ${said.detectsNothing(reason)}` };
  // An ordinary camera never has a detector; a thermal one without is worth a line.
  if (feed.kind === 'eo') return { short: said.noDetector, why: undefined };
  return { short: said.noDetector, why: reason ? said.detectsNothing(reason) : undefined };
}
