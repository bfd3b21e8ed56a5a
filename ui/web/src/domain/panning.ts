/** Turning a camera by dragging over its picture: the farther from where it was pressed, the faster. */
import type { Point } from './picture';

export interface TurnRate {
  /** Up. */
  pitchRateDegS: number;
  /** Clockwise. */
  yawRateDegS: number;
}

export const still: TurnRate = { pitchRateDegS: 0, yawRateDegS: 0 };

/** A drag over the whole width of the picture turns by so many of its widths a second. */
const widthsPerS = 1.2;
/** The fastest that makes sense for an eye; the station allows more. */
const fastestDegS = 60;
/** What is narrower turns slower; of a camera that does not tell its view this is assumed. */
const assumedHfovDeg = 40;

/** The rates of a drag in pixels over a picture that is so many pixels wide. */
export function turnRate(from: Point, to: Point, widthPx: number, hfovDeg: number | undefined): TurnRate {
  const perPx = ((hfovDeg ?? assumedHfovDeg) * widthsPerS) / Math.max(1, widthPx);
  const rate = (px: number): number => Math.round(Math.min(fastestDegS, Math.max(-fastestDegS, px * perPx)) * 10) / 10;
  return { pitchRateDegS: rate(from.y - to.y) + 0, yawRateDegS: rate(to.x - from.x) + 0 };
}

/** The rates of a held arrow key; undefined for another key. */
export function keyRate(key: string, hfovDeg: number | undefined): TurnRate | undefined {
  const degS = Math.round(Math.min(fastestDegS, (hfovDeg ?? assumedHfovDeg) * 0.4) * 10) / 10;
  switch (key) {
    case 'ArrowLeft':
      return { pitchRateDegS: 0, yawRateDegS: -degS };
    case 'ArrowRight':
      return { pitchRateDegS: 0, yawRateDegS: degS };
    case 'ArrowUp':
      return { pitchRateDegS: degS, yawRateDegS: 0 };
    case 'ArrowDown':
      return { pitchRateDegS: -degS, yawRateDegS: 0 };
    default:
      return undefined;
  }
}

/** Turns of a wheel as steps of the lens: what comes quicker than the lens follows is gathered. */
export class WheelSteps {
  private gathered = 0;
  private lastMs = Number.NEGATIVE_INFINITY;

  /** 1 closer, -1 wider, 0 nothing yet. deltaY is that of the wheel's event. */
  turned(deltaY: number, nowMs: number): 1 | -1 | 0 {
    const gapMs = 150;
    if (Math.sign(deltaY) !== Math.sign(this.gathered)) this.gathered = 0;
    this.gathered += deltaY;
    const leastPx = 30;
    if (Math.abs(this.gathered) < leastPx || nowMs - this.lastMs < gapMs) return 0;
    const step = this.gathered < 0 ? 1 : -1;
    this.gathered = 0;
    this.lastMs = nowMs;
    return step;
  }
}
