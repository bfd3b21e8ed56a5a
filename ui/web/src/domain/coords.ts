/** Coordinates as people read them. */
import { forward } from 'mgrs';
import type { Place } from './model';

/** Decimal degrees with hemisphere letters: '35.36324° S 149.16509° E' (about a metre). */
export function latLon(at: Place): string {
  return `${hemisphere(at.lat, 'N', 'S')} ${hemisphere(at.lon, 'E', 'W')}`;
}

function hemisphere(value: number, positive: string, negative: string): string {
  return `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`;
}

/** MGRS to a metre with spaces ('55H FA 96754 85321'); undefined beyond 84° N and 80° S, where MGRS has no grid. */
export function mgrs(at: Place): string | undefined {
  // The library throws outside its limits.
  if (!(at.lat <= 84 && at.lat >= -80 && Math.abs(at.lon) <= 180)) return undefined;
  const parts = /^(\d{1,2}[A-Z])([A-Z]{2})(\d{5})(\d{5})$/.exec(forward([at.lon, at.lat], 5));
  return parts ? parts.slice(1).join(' ') : undefined;
}
