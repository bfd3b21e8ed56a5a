import { expect, it } from 'vitest';
import { biasWords } from './biaswords';

const none = { feed: '1-eo', eastM: 0, northM: 0, yawDeg: 0, pitchDeg: 0, eastSigmaM: 1.5, northSigmaM: 1.5, yawSigmaDeg: 0.7, pitchSigmaDeg: 0.3, clockMs: 0, clockSigmaMs: 50 };

it('tells the errors of a camera with their sides, and that there is nothing to tell', () => {
  expect(biasWords(none)).toBe('nothing learned yet');
  expect(biasWords({ ...none, northM: 6.24, eastM: -0.4, yawDeg: 0.31, pitchDeg: -0.1, clockMs: 79.6, clockSigmaMs: 12.2 })).toBe(
    '6.2 m north ± 1.5, 0.4 m west ± 1.5, 0.3° clockwise ± 0.7°, 0.1° down ± 0.3°, clock 80 ms ahead ± 12',
  );
  expect(biasWords({ ...none, clockMs: -31 })).toContain('clock 31 ms behind ± 50');
});
