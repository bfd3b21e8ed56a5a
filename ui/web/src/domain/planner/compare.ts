/** How a draft differs from what a vehicle holds, in words. */
import { bearingDeg, distanceM } from '../geometry';
import { heading, quantity } from '../format';
import type { Place } from '../place';
import type { Draft, WireItem } from './draft';
import { shortWay } from './handles';
import { heightOf, heightWords } from './height';
import { commandName, itemWords } from './itemwords';

/** What autopilots keep: centimetres of height, and places to a few centimetres. */
const samePlaceM = 0.1;
const sameHeightM = 0.05;
const most = 40;

/** Sentences, none where both are the same. mine is what is on the screen, held what the vehicle has. */
export function differences(mine: Draft, held: Draft): string[] {
  const all = [...missionDifferences(mine, held), ...fenceDifferences(mine, held), ...rallyDifferences(mine, held)];
  return all.length > most ? [...all.slice(0, most), `and ${all.length - most} more`] : all;
}

function missionDifferences(mine: Draft, held: Draft): string[] {
  const out: string[] = [];
  const longest = Math.max(mine.items.length, held.items.length);
  for (let i = 0; i < longest; i += 1) {
    const a = mine.items[i]?.wire;
    const b = held.items[i]?.wire;
    const name = `Item ${i + 1}`;
    if (!b) out.push(`${name} (${itemWords(a!)}) is only here`);
    else if (!a) out.push(`${name} (${itemWords(b)}) is only on the vehicle`);
    else out.push(...itemDifferences(name, a, b));
  }
  return out;
}

function itemDifferences(name: string, a: WireItem, b: WireItem): string[] {
  if ((a.command ?? a.commandId) !== (b.command ?? b.commandId)) return [`${name} is ${commandName(a)} here, ${commandName(b)} on the vehicle`];
  const out: string[] = [];
  const [p, q] = [placeOf(a), placeOf(b)];
  if (p && q) out.push(...moved(name, p, q));
  else if (p || q) out.push(`${name} has a place only ${p ? 'here' : 'on the vehicle'}`);
  const [g, h] = [heightOf(a), heightOf(b)];
  if (g?.above !== h?.above || Math.abs((g?.m ?? 0) - (h?.m ?? 0)) > sameHeightM) out.push(`${name} is at ${heightWords(g)} here, ${heightWords(h)} on the vehicle`);
  if ((a.holdS ?? 0) !== (b.holdS ?? 0)) out.push(`${name} waits ${a.holdS ?? 0} s here, ${b.holdS ?? 0} s on the vehicle`);
  // Autopilots forget parameters that a command does not use, so those decide only where a command lives by them.
  if (a.command === 'jump' || a.command === 'changeSpeed' || a.command === 'loiterTime' || a.command === 'loiterTurns') {
    if (itemWords(a) !== itemWords(b)) out.push(`${name} is '${itemWords(a)}' here, '${itemWords(b)}' on the vehicle`);
  }
  return out;
}

function moved(name: string, mine: Place, held: Place): string[] {
  const from: [number, number] = [held.lon, held.lat];
  const to: [number, number] = [held.lon + shortWay(mine.lon - held.lon), mine.lat];
  const d = distanceM(from, to);
  return d <= samePlaceM ? [] : [`${name} lies ${quantity(d, 'm', d < 10 ? 1 : 0)} (${heading(bearingDeg(from, to))}) from where the vehicle has it`];
}

function placeOf(w: WireItem): Place | undefined {
  return w.lat === undefined || w.lon === undefined ? undefined : { lat: w.lat, lon: w.lon };
}

function fenceDifferences(mine: Draft, held: Draft): string[] {
  const out: string[] = [];
  const rule = (inclusion: boolean): string => (inclusion ? 'to stay inside' : 'to keep out of');
  each(mine.polygons, held.polygons, (i, a, b) => {
    const name = `Fence area ${i + 1}`;
    if (!a || !b) out.push(`${name} is only ${a ? 'here' : 'on the vehicle'}`);
    else if (a.inclusion !== b.inclusion) out.push(`${name} is one ${rule(a.inclusion)} here, ${rule(b.inclusion)} on the vehicle`);
    else if (a.points.length !== b.points.length) out.push(`${name} has ${a.points.length} corners here, ${b.points.length} on the vehicle`);
    else a.points.forEach((p, j) => out.push(...moved(`${name}, corner ${j + 1},`, p, b.points[j]!)));
  });
  each(mine.circles, held.circles, (i, a, b) => {
    const name = `Fence circle ${i + 1}`;
    if (!a || !b) out.push(`${name} is only ${a ? 'here' : 'on the vehicle'}`);
    else if (a.inclusion !== b.inclusion) out.push(`${name} is one ${rule(a.inclusion)} here, ${rule(b.inclusion)} on the vehicle`);
    else {
      out.push(...moved(name, a.center, b.center));
      if (Math.abs(a.radiusM - b.radiusM) > 0.5) out.push(`${name} has a radius of ${Math.round(a.radiusM)} m here, ${Math.round(b.radiusM)} m on the vehicle`);
    }
  });
  return out;
}

function rallyDifferences(mine: Draft, held: Draft): string[] {
  const out: string[] = [];
  each(mine.rally, held.rally, (i, a, b) => {
    const name = `Rally point ${i + 1}`;
    if (!a || !b) return void out.push(`${name} is only ${a ? 'here' : 'on the vehicle'}`);
    out.push(...moved(name, a, b));
    if (Math.abs(a.altitudeRelative - b.altitudeRelative) > 0.5) out.push(`${name} is ${a.altitudeRelative} m above home here, ${b.altitudeRelative} m on the vehicle`);
  });
  return out;
}

function each<T>(a: readonly T[], b: readonly T[], visit: (i: number, a: T | undefined, b: T | undefined) => void): void {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) visit(i, a[i], b[i]);
}
