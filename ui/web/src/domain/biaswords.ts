/** How far a camera places things beside the truth, in words. */
import { quantity } from './format';
import type { CameraBias } from './model';
import { texts } from '../texts';

const words = texts.bias;

/** '6.2 m north ± 0.6, 0.4 m west ± 0.6, 0.3° clockwise ± 0.2°, 0.1° down ± 0.1°, clock 80 ms ahead ± 12', or that nothing was learned. */
export function biasWords(b: CameraBias): string {
  const { sides } = words;
  if (b.eastM === 0 && b.northM === 0 && b.yawDeg === 0 && b.pitchDeg === 0 && b.clockMs === 0) return words.nothing;
  const metres = (value: number, sigma: number, positive: string, negative: string): string =>
    `${quantity(Math.abs(value), 'm', 1)} ${value < 0 ? negative : positive} ± ${sigma.toFixed(1)}`;
  const degrees = (value: number, sigma: number, positive: string, negative: string): string =>
    `${Math.abs(value).toFixed(1)}° ${value < 0 ? negative : positive} ± ${sigma.toFixed(1)}°`;
  return [
    metres(b.northM, b.northSigmaM, sides.north, sides.south),
    metres(b.eastM, b.eastSigmaM, sides.east, sides.west),
    degrees(b.yawDeg, b.yawSigmaDeg, sides.clockwise, sides.counter),
    degrees(b.pitchDeg, b.pitchSigmaDeg, sides.up, sides.down),
    words.clock(Math.round(b.clockMs), Math.round(b.clockSigmaMs)),
  ].join(', ');
}
