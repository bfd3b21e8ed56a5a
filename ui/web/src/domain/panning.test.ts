import { describe, expect, it } from 'vitest';
import { keyRate, turnRate, WheelSteps } from './panning';

describe('panning', () => {
  it('turns the way that is dragged, as fast as far', () => {
    expect(turnRate({ x: 100, y: 100 }, { x: 200, y: 100 }, 400, 40)).toEqual({ pitchRateDegS: 0, yawRateDegS: 12 });
    expect(turnRate({ x: 100, y: 100 }, { x: 100, y: 150 }, 400, 40)).toEqual({ pitchRateDegS: -6, yawRateDegS: 0 });
  });

  it('turns a narrow view slower, and never faster than an eye follows', () => {
    expect(turnRate({ x: 0, y: 0 }, { x: 100, y: 0 }, 400, 4).yawRateDegS).toBeCloseTo(1.2);
    expect(turnRate({ x: 0, y: 0 }, { x: 900, y: 0 }, 100, 90).yawRateDegS).toBe(60);
  });

  it('turns by arrow keys', () => {
    expect(keyRate('ArrowLeft', 30)).toEqual({ pitchRateDegS: 0, yawRateDegS: -12 });
    expect(keyRate('ArrowUp', undefined)?.pitchRateDegS).toBeGreaterThan(0);
    expect(keyRate('Enter', 30)).toBeUndefined();
  });

  it('gathers a wheel to steps', () => {
    const wheel = new WheelSteps();
    expect(wheel.turned(-100, 0)).toBe(1);
    expect(wheel.turned(-100, 50)).toBe(0);
    expect(wheel.turned(-4, 200)).toBe(1);
    expect(wheel.turned(4, 400)).toBe(0);
    expect(wheel.turned(40, 500)).toBe(-1);
  });
});
