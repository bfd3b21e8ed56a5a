/** How a vehicle is, in lines for an operator: a label, a tone that also has a mark, and words. */
import { gpsFix, heading, list, quantity, span } from './format';
import type { Battery, Ekf, Endurance, Gps, Vehicle, Vibration } from './model';
import { texts } from '../texts';

const words = texts.health;

/** 'info' says something without judging it; 'unknown' is what the vehicle does not tell. */
export type Tone = 'ok' | 'info' | 'caution' | 'bad' | 'unknown';

export interface Line {
  key: string;
  label: string;
  tone: Tone;
  text: string;
  /** How old the value is, where it is too old to go by: '12 s old'. */
  old?: string | undefined;
}

export const toneMarks: Record<Tone, string> = { ok: '✓', info: '·', caution: '!', bad: '✕', unknown: '–' };

const order: readonly Tone[] = ['info', 'ok', 'unknown', 'caution', 'bad'];

/** The worst tone of some lines; an old value is worth a caution, whatever it says. */
export function worst(lines: readonly Line[]): Tone {
  const tones = lines.map((l) => (l.old !== undefined && l.tone !== 'bad' ? 'caution' : l.tone));
  return tones.reduce<Tone>((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'info');
}

/** The labels of what is wrong or old, of what is not told, or that all is good. */
export function summary(lines: readonly Line[]): string {
  const bad = lines.filter((l) => l.tone === 'bad' || l.tone === 'caution' || l.old !== undefined);
  if (bad.length > 0) return bad.map((l) => l.label).join(', ');
  const untold = lines.filter((l) => l.tone === 'unknown');
  return untold.length > 0 ? words.untold(untold.map((l) => l.label).join(', ')) : words.good;
}

/** A level as the API gives it; one that is not known is shown as a caution, never as good. */
function toneOf(level: string | undefined): Tone {
  if (level === undefined) return 'unknown';
  return level === 'ok' ? 'ok' : level === 'bad' ? 'bad' : 'caution';
}

/** '12 s old' for a member that the station calls too old to go by; undefined while it is fresh. */
export function staleAge(vehicle: Vehicle, member: string, t: number | undefined, nowMs: number): string | undefined {
  if (!vehicle.stale?.includes(member)) return undefined;
  return t === undefined ? words.old : texts.common.old(span(nowMs - t));
}

export function healthLines(v: Vehicle, nowMs: number): Line[] {
  const lines: Line[] = [];
  const add = (key: string, label: string, t: number | undefined, of: { tone: Tone; text: string }): void => {
    lines.push({ key, label, ...of, old: staleAge(v, key, t, nowMs) });
  };
  if (v.status === 'critical' || v.status === 'emergency') {
    lines.push({ key: 'status', label: words.state, tone: 'bad', text: words.reports(v.status) });
  }
  add('ekf', words.estimate, v.ekf?.t, v.ekf ? ekfWords(v.ekf) : silent);
  add('gps', words.gps, v.gps?.t, v.gps ? gpsWords(v.gps) : silent);
  if (v.gps2) add('gps2', words.gps2, v.gps2.t, gpsWords(v.gps2));
  add('vibration', words.vibration, v.vibration?.t, v.vibration ? vibrationWords(v.vibration) : silent);
  if (v.sensors) add('sensors', words.sensors, v.sensors.t, sensorWords(v.sensors.unhealthy ?? []));
  if (v.wind) {
    add('wind', words.wind, v.wind.t, { tone: 'info', text: words.windFrom(quantity(v.wind.speed, 'm/s', 1), heading(v.wind.fromDeg)) });
  }
  if (v.rc) add('rc', words.rc, v.rc.t, rcWords(v.rc));
  if (v.fence) add('fence', words.fence, v.fence.t, fenceWords(v.fence));
  if (v.failsafe) lines.push({ key: 'failsafe', label: words.failsafe, ...failsafeWords(v.failsafe) });
  return lines;
}

const silent = { tone: 'unknown', text: words.notTold } as const;

function ekfWords(e: Ekf): { tone: Tone; text: string } {
  const missing = (['attitude', 'velocity', 'position', 'height'] as const).filter((m) => e[m] === false);
  const parts: string[] = [];
  if (missing.length > 0) parts.push(words.lacks(list(missing.map((m) => words.estimates[m]))));
  if (e.held) parts.push(words.held);
  if (e.gpsGlitch) parts.push(words.glitch);
  const ratios = { velocity: e.velocityRatio, place: e.horizontalRatio, height: e.verticalRatio, compass: e.compassRatio };
  for (const name of ['velocity', 'place', 'height', 'compass'] as const) {
    const ratio = ratios[name] ?? 0;
    if (ratio >= 0.5) parts.push(words.ofLimit(words.ratios[name], Math.round(ratio * 100)));
  }
  return { tone: toneOf(e.level), text: parts.join(', ') || (e.level === 'ok' ? words.estimateGood : e.level) };
}

function gpsWords(g: Gps): { tone: Tone; text: string } {
  const parts = [words.fix(gpsFix(g.fix), String(g.satellites ?? '–'), quantity(g.hdop, '', 1))];
  let tone: Tone = g.fix === 'none' ? 'bad' : g.fix === '2d' ? 'caution' : 'ok';
  for (const [name, state] of [[words.spoofing, g.spoofing], [words.jamming, g.jamming]] as const) {
    if (state === undefined || state === 'ok') continue;
    parts.unshift(`${name} ${state}`.toUpperCase());
    if (state !== 'mitigated') tone = 'bad';
    else if (tone === 'ok') tone = 'caution';
  }
  return { tone, text: parts.join(' · ') };
}

function vibrationWords(v: Vibration): { tone: Tone; text: string } {
  const clipped = (v.clipping ?? []).reduce((a, b) => a + b, 0);
  const most = Math.max(v.x, v.y, v.z);
  return { tone: toneOf(v.level), text: `${quantity(most, 'm/s²', 1)}${clipped > 0 ? `, ${words.clipped(clipped)}` : ''}` };
}

function sensorWords(unhealthy: readonly string[]): { tone: Tone; text: string } {
  return unhealthy.length > 0 ? { tone: 'bad', text: words.unhealthy(list(unhealthy)) } : { tone: 'ok', text: words.healthy };
}

function rcWords(rc: NonNullable<Vehicle['rc']>): { tone: Tone; text: string } {
  if (rc.channels === 0) return { tone: 'info', text: words.noRadio };
  const strength = rc.rssiPercent === undefined ? '' : `, ${words.strength(quantity(rc.rssiPercent, '%'))}`;
  return { tone: rc.rssiPercent !== undefined && rc.rssiPercent < 30 ? 'caution' : 'ok', text: `${words.channels(rc.channels)}${strength}` };
}

function fenceWords(f: NonNullable<Vehicle['fence']>): { tone: Tone; text: string } {
  const kind = f.kind === undefined ? '' : ` (${words.breaches[f.kind] ?? f.kind})`;
  if (f.breached) return { tone: 'bad', text: `${words.breached}${kind}` };
  return (f.count ?? 0) > 0 ? { tone: 'info', text: `${words.breachedBefore(f.count ?? 0)}${kind}` } : { tone: 'ok', text: words.kept };
}

function failsafeWords(f: NonNullable<Vehicle['failsafe']>): { tone: Tone; text: string } {
  const reasons = [...new Set((f.reasons ?? []).map((r) => r.text))].join('; ');
  if (f.active) return { tone: 'bad', text: reasons || words.actsNow };
  return reasons ? { tone: 'caution', text: words.over(reasons) } : { tone: 'ok', text: words.none };
}

/** One line for each battery of a vehicle that tells of several, or the one. */
export function batteryLines(v: Vehicle, nowMs: number): Line[] {
  const batteries = v.batteries && v.batteries.length > 0 ? v.batteries : v.battery ? [v.battery] : [];
  return batteries.map((b, i) => {
    const use = b.function === undefined ? '' : (words.functions[b.function] ?? b.function);
    const label = batteries.length > 1 ? words.batteryOf((b.id ?? i) + 1) : words.battery;
    return { key: `battery-${i}`, label, ...batteryWords(b, use), old: staleAge(v, 'battery', b.t, nowMs) };
  });
}

function batteryWords(b: Battery, use: string): { tone: Tone; text: string } {
  const faults = b.faults ?? [];
  const parts = [quantity(b.percent, '%'), quantity(b.voltage, 'V', 1)];
  if (b.current !== undefined) parts.push(quantity(b.current, 'A', 1));
  if (b.timeLeftS !== undefined) parts.push(words.timeLeft(span(b.timeLeftS * 1000)));
  if (b.temperatureC !== undefined) parts.push(quantity(b.temperatureC, '°C'));
  if (b.charge !== undefined && b.charge !== 'ok') parts.unshift(b.charge.toUpperCase());
  if (use) parts.push(use);
  parts.push(...faults);
  const level = b.charge === undefined || b.charge === 'ok' || b.charge === 'charging';
  const low = b.charge === 'low' || (b.percent !== undefined && b.percent < 30);
  return { tone: faults.length > 0 || !(level || b.charge === 'low') ? 'bad' : low ? 'caution' : 'ok', text: parts.join(' · ') };
}

/** Below so much spare time the way home is no longer comfortable. */
const spareCautionS = 120;

/** The time to the reserve, the time home, and what is left after it. Undefined on the ground, where nothing is reckoned. */
export function enduranceLine(e: Endurance | undefined): Line | undefined {
  if (!e) return undefined;
  const base = { key: 'endurance', label: words.home };
  const reserve = words.toReserve(span(e.toReserveS * 1000), e.reservePercent === undefined ? undefined : Math.round(e.reservePercent));
  if (e.toHomeS === undefined && e.distanceM !== undefined) return { ...base, tone: 'bad', text: words.tooMuchWind(reserve) };
  if (e.toHomeS === undefined) return { ...base, tone: 'info', text: words.homeUnknown(reserve) };
  const way = words.away(span(e.toHomeS * 1000));
  if (e.spareS === undefined) return { ...base, tone: 'info', text: `${way}, ${reserve}` };
  if (e.spareS < 0) return { ...base, tone: 'bad', text: words.reserveUsed(way, span(-e.spareS * 1000)) };
  return { ...base, tone: e.spareS < spareCautionS ? 'caution' : 'ok', text: words.spare(way, span(e.spareS * 1000)) };
}
