/** What is typed for a pattern, and within which bounds. */
import { texts } from '../../texts';

const words = texts.pattern;

export const patternLimits = {
  heightM: [1, 10_000],
  hfovDeg: [1, 170],
  overlap: [0, 95],
  turnM: [0, 5_000],
  headingDeg: [0, 360],
  widthM: [0, 50_000],
} as const;

type Field = keyof typeof patternLimits;
/** As fields hold them: empty is null or undefined. */
export type PatternFields = Record<Field, number | null | undefined>;

const names: Record<Field, string> = {
  heightM: texts.planItems.altitude,
  hfovDeg: words.sees,
  overlap: words.overlap,
  turnM: words.turns,
  headingDeg: words.heading,
  widthM: words.strip,
};

/** The first field that cannot be used, in words; a heading may be empty. An area has a heading, a line a width. */
export function fieldProblem(fields: PatternFields, kind: 'area' | 'line'): string | undefined {
  for (const field of Object.keys(patternLimits) as Field[]) {
    if (field === (kind === 'area' ? 'widthM' : 'headingDeg')) continue;
    const value = fields[field];
    if (field === 'headingDeg' && (value === null || value === undefined)) continue;
    const [from, to] = patternLimits[field];
    if (typeof value !== 'number' || !(value >= from && value <= to)) return words.needs(names[field], from, to);
  }
  return undefined;
}
