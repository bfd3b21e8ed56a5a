import { describe, expect, it } from 'vitest';
import { fieldProblem, type PatternFields } from './patternfields';

const good: PatternFields = { heightM: 70, hfovDeg: 60, overlap: 20, turnM: 20, headingDeg: undefined, widthM: 0 };

describe('what is typed for a pattern', () => {
  it('may leave the heading open, and may be at its bounds', () => {
    expect(fieldProblem(good, 'area')).toBeUndefined();
    expect(fieldProblem({ ...good, headingDeg: 360, overlap: 95 }, 'area')).toBeUndefined();
    expect(fieldProblem({ ...good, widthM: 50_000 }, 'line')).toBeUndefined();
  });

  it.each([
    [{ overlap: 96 }, 'Overlap, %: a number from 0 to 95.'],
    [{ overlap: -1 }, 'Overlap, %: a number from 0 to 95.'],
    [{ overlap: null }, 'Overlap, %: a number from 0 to 95.'],
    [{ headingDeg: 361 }, 'Heading, ° (empty: by itself): a number from 0 to 360.'],
    [{ hfovDeg: 200 }, 'Camera sees, °: a number from 1 to 170.'],
    [{ heightM: NaN }, 'Altitude, m: a number from 1 to 10000.'],
  ])('is refused in words: %o', (bad, words) => {
    expect(fieldProblem({ ...good, ...bad }, 'area')).toBe(words);
  });

  it('counts the width of a line alone, and the heading of an area alone', () => {
    expect(fieldProblem({ ...good, widthM: -5, headingDeg: 400 }, 'area')).toContain('Heading');
    expect(fieldProblem({ ...good, widthM: -5, headingDeg: 400 }, 'line')).toContain('Strip');
  });
});
