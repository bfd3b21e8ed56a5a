import { describe, expect, it } from 'vitest';
import { direction, horizon, project, within, type CameraPose } from './projection';
import { offset } from './geometry';

const level: CameraPose = { at: [149, -35], altAMSL: 100, yawDeg: 90, pitchDeg: 0, rollDeg: 0, hfovDeg: 60 };
const wide = 16 / 9;

describe('the world in a picture', () => {
  it('has the place that the camera looks at in its middle', () => {
    const down: CameraPose = { ...level, pitchDeg: -45 };
    const s = project(down, offset(level.at, 90, 100), 0, wide)!;
    expect(s.x).toBeCloseTo(0.5, 3);
    expect(s.y).toBeCloseTo(0.5, 3);
  });

  it('has its edge half a field of view to the right, and what is lower further down', () => {
    expect(direction(level, 120, 0, wide)!.x).toBeCloseTo(1, 6);
    expect(direction(level, 60, 0, wide)!.x).toBeCloseTo(0, 6);
    expect(direction(level, 90, -5, wide)!.y).toBeGreaterThan(0.5);
    expect(direction(level, 270, 0, wide)).toBeUndefined();
  });

  it('turns left when the camera rolls right', () => {
    const rolled = horizon({ ...level, rollDeg: 20 }, wide)!;
    const h = horizon(level, wide)!;
    expect(h.from.y).toBeCloseTo(0.5, 6);
    expect(h.to.y).toBeCloseTo(0.5, 6);
    // The horizon rises to the right in the picture.
    expect(rolled.to.y).toBeLessThan(rolled.from.y);
  });

  it('has no horizon for a camera that looks down, which still sees the ground', () => {
    const down: CameraPose = { ...level, pitchDeg: -90 };
    expect(horizon(down, wide)).toBeUndefined();
    expect(within(project(down, level.at, 0, wide)!)).toBe(true);
    // North lies to the left of a camera that looks down and faces east.
    expect(project(down, offset(level.at, 0, 20), 0, wide)!.x).toBeLessThan(0.5);
  });
});
