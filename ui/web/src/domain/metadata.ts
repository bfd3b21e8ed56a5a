/** What the metadata beside a picture (MISB KLV, docs/klv.md) says, as it comes on a viewer's data channel. */
import { latLon } from './coords';
import { bool, instant, num, object, optional, str, type Decoded } from './decode';
import { quantity, span } from './format';
import { place } from './place';
import { texts } from '../texts';

/** What a packet may say that the console shows. */
export const frameMetadataOf = {
  platform: optional(str),
  callSign: optional(str),
  tailNumber: optional(str),
  slantRangeM: optional(num),
  center: optional(place),
};

export const frameMetadata = object({
  /** When the frame was taken. */
  t: instant,
  exact: bool,
  ...frameMetadataOf,
});
export type FrameMetadata = Decoded<typeof frameMetadata>;

/** Names come from elsewhere and may be long. */
const longestName = 32;
/** From this age on the line says how old it is. */
const freshMs = 2_000;

/** Reads a message of the data channel; undefined for one that cannot be understood. */
export function readMetadata(message: unknown): FrameMetadata | undefined {
  if (typeof message !== 'string') return undefined;
  try {
    return frameMetadata(JSON.parse(message), 'metadata');
  } catch {
    return undefined;
  }
}

/** A line for the tile: platform, slant range, middle of the picture, and its age where it is old. */
export function metadataWords(m: Omit<FrameMetadata, 't' | 'exact'>, ageMs: number): string {
  const name = (m.callSign ?? m.platform ?? m.tailNumber ?? texts.video.unnamed).slice(0, longestName);
  const words = [name, texts.video.slant(quantity(m.slantRangeM, 'm')), texts.video.centre(m.center ? latLon(m.center) : '–')];
  if (ageMs >= freshMs) words.push(texts.common.old(span(ageMs)));
  return words.join(' · ');
}
