/** How a draft differs from what a vehicle holds, in words. */
import { bearingDeg, distanceM } from '../geometry';
import { heading, quantity } from '../format';
import type { Place } from '../place';
import type { Draft, WireItem } from './draft';
import { shortWay } from './handles';
import { heightOf, heightWords } from './height';
import { commandName, itemWords } from './itemwords';
import { texts } from '../../texts';

const words = texts.compare;

/** What autopilots keep: centimetres of height, and places to a few centimetres. */
const samePlaceM = 0.1;
const sameHeightM = 0.05;
const most = 40;

/** Sentences, none where both are the same. mine is what is on the screen, held what the vehicle has. */
export function differences(mine: Draft, held: Draft): string[] {
  const all = [...missionDifferences(mine, held), ...fenceDifferences(mine, held), ...rallyDifferences(mine, held)];
  return all.length > most ? [...all.slice(0, most), texts.common.more(all.length - most)] : all;
}

function missionDifferences(mine: Draft, held: Draft): string[] {
  const out: string[] = [];
  const longest = Math.max(mine.items.length, held.items.length);
  for (let i = 0; i < longest; i += 1) {
    const a = mine.items[i]?.wire;
    const b = held.items[i]?.wire;
    if (!b) out.push(words.onlyHere(words.itemAs(i + 1, itemWords(a!))));
    else if (!a) out.push(words.onlyThere(words.itemAs(i + 1, itemWords(b))));
    else out.push(...itemDifferences(words.item(i + 1), a, b));
  }
  return out;
}

function itemDifferences(name: string, a: WireItem, b: WireItem): string[] {
  if ((a.command ?? a.commandId) !== (b.command ?? b.commandId)) return [words.is(name, commandName(a), commandName(b))];
  const out: string[] = [];
  const [p, q] = [placeOf(a), placeOf(b)];
  if (p && q) out.push(...moved(name, p, q));
  else if (p || q) out.push((p ? words.placeOnlyHere : words.placeOnlyThere)(name));
  const [g, h] = [heightOf(a), heightOf(b)];
  if (g?.above !== h?.above || Math.abs((g?.m ?? 0) - (h?.m ?? 0)) > sameHeightM) out.push(words.height(name, heightWords(g), heightWords(h)));
  if ((a.holdS ?? 0) !== (b.holdS ?? 0)) out.push(words.waits(name, a.holdS ?? 0, b.holdS ?? 0));
  // Autopilots forget parameters that a command does not use, so those decide only where a command lives by them.
  if (a.command === 'jump' || a.command === 'changeSpeed' || a.command === 'loiterTime' || a.command === 'loiterTurns') {
    if (itemWords(a) !== itemWords(b)) out.push(words.says(name, itemWords(a), itemWords(b)));
  }
  return out;
}

function moved(name: string, mine: Place, held: Place): string[] {
  const from: [number, number] = [held.lon, held.lat];
  const to: [number, number] = [held.lon + shortWay(mine.lon - held.lon), mine.lat];
  const d = distanceM(from, to);
  return d <= samePlaceM ? [] : [words.moved(name, quantity(d, 'm', d < 10 ? 1 : 0), heading(bearingDeg(from, to)))];
}

function placeOf(w: WireItem): Place | undefined {
  return w.lat === undefined || w.lon === undefined ? undefined : { lat: w.lat, lon: w.lon };
}

function fenceDifferences(mine: Draft, held: Draft): string[] {
  const out: string[] = [];
  each(mine.polygons, held.polygons, (i, a, b) => {
    const name = words.area(i + 1);
    if (!a || !b) out.push((a ? words.onlyHere : words.onlyThere)(name));
    else if (a.inclusion !== b.inclusion) out.push((a.inclusion ? words.insideHere : words.insideThere)(name));
    else if (a.points.length !== b.points.length) out.push(words.corners(name, a.points.length, b.points.length));
    else a.points.forEach((p, j) => out.push(...moved(words.corner(i + 1, j + 1), p, b.points[j]!)));
  });
  each(mine.circles, held.circles, (i, a, b) => {
    const name = words.circle(i + 1);
    if (!a || !b) out.push((a ? words.onlyHere : words.onlyThere)(name));
    else if (a.inclusion !== b.inclusion) out.push((a.inclusion ? words.insideHere : words.insideThere)(name));
    else {
      out.push(...moved(name, a.center, b.center));
      if (Math.abs(a.radiusM - b.radiusM) > 0.5) out.push(words.radius(name, Math.round(a.radiusM), Math.round(b.radiusM)));
    }
  });
  return out;
}

function rallyDifferences(mine: Draft, held: Draft): string[] {
  const out: string[] = [];
  each(mine.rally, held.rally, (i, a, b) => {
    const name = words.rally(i + 1);
    if (!a || !b) return void out.push((a ? words.onlyHere : words.onlyThere)(name));
    out.push(...moved(name, a, b));
    if (Math.abs(a.altitudeRelative - b.altitudeRelative) > 0.5) out.push(words.rallyHeight(name, a.altitudeRelative, b.altitudeRelative));
  });
  return out;
}

function each<T>(a: readonly T[], b: readonly T[], visit: (i: number, a: T | undefined, b: T | undefined) => void): void {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) visit(i, a[i], b[i]);
}
