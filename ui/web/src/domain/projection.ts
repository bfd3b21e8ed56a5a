/** Where things of the world lie in a camera's picture: a pinhole camera, its gimbal's angles from true north and the horizon. */
import { bearingDeg, distanceM } from './geometry';
import type { LonLat } from './place';

export interface CameraPose {
  at: LonLat;
  altAMSL: number;
  /** From true north, clockwise. */
  yawDeg: number;
  /** Above the horizon; -90 looks straight down. */
  pitchDeg: number;
  rollDeg: number;
  hfovDeg: number;
}

/** A place in the picture in shares of its width and height from the upper left corner; both may lie beyond it. */
export interface Share {
  x: number;
  y: number;
}

const rad = Math.PI / 180;

/** Where a direction (azimuth from true north, elevation above the horizon) lies; undefined behind the camera. aspect is width by height. */
export function direction(pose: CameraPose, azimuthDeg: number, elevationDeg: number, aspect: number): Share | undefined {
  const az = (azimuthDeg - pose.yawDeg) * rad;
  const el = elevationDeg * rad;
  // Ahead, right and up of a level camera that looks along its yaw.
  const [ahead, right, up] = [Math.cos(el) * Math.cos(az), Math.cos(el) * Math.sin(az), Math.sin(el)];
  const [sp, cp] = [Math.sin(pose.pitchDeg * rad), Math.cos(pose.pitchDeg * rad)];
  const depth = ahead * cp + up * sp;
  const lift = up * cp - ahead * sp;
  if (depth < 0.01) return undefined;
  const [sr, cr] = [Math.sin(pose.rollDeg * rad), Math.cos(pose.rollDeg * rad)];
  // A camera that rolls right sees the world turn left.
  const px = (right * cr - lift * sr) / depth;
  const py = (lift * cr + right * sr) / depth;
  const half = Math.tan((pose.hfovDeg * rad) / 2);
  return { x: 0.5 + px / (2 * half), y: 0.5 - (py * aspect) / (2 * half) };
}

/** Where a place of some height lies in the picture. */
export function project(pose: CameraPose, at: LonLat, altAMSL: number, aspect: number): Share | undefined {
  const away = distanceM(pose.at, at);
  return direction(pose, bearingDeg(pose.at, at), Math.atan2(altAMSL - pose.altAMSL, away) / rad, aspect);
}

/** The horizon as a line through the picture; undefined where the camera looks too far down or up to see it. */
export function horizon(pose: CameraPose, aspect: number): { from: Share; to: Share } | undefined {
  const wide = pose.hfovDeg * 0.75;
  const from = direction(pose, pose.yawDeg - wide, 0, aspect);
  const to = direction(pose, pose.yawDeg + wide, 0, aspect);
  if (!from || !to || Math.max(from.y, to.y) < 0 || Math.min(from.y, to.y) > 1) return undefined;
  return { from, to };
}

export function within(s: Share): boolean {
  return s.x >= 0 && s.x <= 1 && s.y >= 0 && s.y <= 1;
}
