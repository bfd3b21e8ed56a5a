/** The sensors' health at a glance: the worst first, and how many are in which state. */
import type { Sensor } from './model';
import { span } from './format';
import { texts } from '../texts';

export const stateOrder: readonly Sensor['state'][] = ['tamper', 'silent', 'lowBattery', 'unknown', 'ok'];

export const stateMarks: Record<Sensor['state'], string> = { tamper: '!', silent: '✕', lowBattery: '▁', unknown: '?', ok: '✓' };

/** The worst first; within a state by id. */
export function sortSensors(sensors: readonly Sensor[]): Sensor[] {
  return [...sensors].sort(
    (a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) || a.id.localeCompare(b.id, undefined, { numeric: true }),
  );
}

/** How many there are of each state, the worst first, states without any left out. */
export function healthCounts(sensors: readonly Sensor[]): { state: Sensor['state']; count: number }[] {
  return stateOrder.map((state) => ({ state, count: sensors.filter((s) => s.state === state).length })).filter((c) => c.count > 0);
}

/** Whether what the sensor tells raises no alert now. */
export function muted(s: Sensor, nowMs: number): boolean {
  return s.mute !== undefined && nowMs < s.mute.until;
}

/** 'heard 4 s ago · tripped 3 min ago · 87 %'. */
export function sensorLine(s: Sensor, nowMs: number): string {
  const words = texts.sensors;
  const heard = s.lastSeen === undefined ? words.neverHeard : words.heard(span(nowMs - s.lastSeen));
  const tripped = s.lastTrip === undefined ? words.neverTripped : words.tripped(span(nowMs - s.lastTrip));
  const battery = s.batteryPercent === undefined ? '' : ` · ${Math.round(s.batteryPercent)} %`;
  const silenced = muted(s, nowMs) ? ` · ${words.mutedFor(span(s.mute!.until - nowMs))}` : '';
  return `${heard} · ${tripped}${battery}${silenced}`;
}
