/** Numbers and states in an operator's words. An unknown value reads '–', never zero. */
import { texts } from '../texts';

const unknown = '–';

/** A number with a unit, or '–'. */
export function quantity(value: number | undefined, unit: string, digits = 0): string {
  if (value === undefined) return unknown;
  const text = value.toFixed(digits);
  return `${text === '-0' ? '0' : text}${unit && ` ${unit}`}`;
}

/** A heading as three figures: '007°'. */
export function heading(deg: number | undefined): string {
  if (deg === undefined) return unknown;
  return `${String(((Math.round(deg) % 360) + 360) % 360).padStart(3, '0')}°`;
}

/** A span of time: '4 s', '3 min', '2 h 05'. */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 90) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 90) return `${min} min`;
  return `${Math.floor(min / 60)} h ${String(min % 60).padStart(2, '0')}`;
}

/** A span with seconds for countdowns: '0:09', '12:30'. */
export function countdown(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}

/** UTC clock time 'hh:mm:ss'. */
export function clockTime(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

/** UTC date 'yyyy-mm-dd'. */
export function date(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

export function percent(fraction: number | undefined): string {
  return fraction === undefined ? unknown : `${Math.round(fraction * 100)} %`;
}

/** 'a, b and c'. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? '';
  return texts.common.and(words.slice(0, -1).join(', '), words.at(-1) ?? '');
}

/** The landed state in words; a word that is not known is shown as it came. */
export function landed(state: string | undefined): string {
  return state === undefined ? unknown : (texts.vehicles.landed[state] ?? state);
}

export function gpsFix(fix: string): string {
  return texts.vehicles.gps[fix] ?? fix;
}
