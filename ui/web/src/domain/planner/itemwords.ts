/** Items of a mission in words. */
import type { WireItem } from './draft';
import { heightOf, heightWords } from './height';
import { texts } from '../../texts';

const words = texts.planItems;

/** What the page can make by itself; every other command comes from a vehicle or a file and goes back as it came. */
export const commands: readonly string[] = ['waypoint', 'loiterTime', 'loiterTurns', 'takeoff', 'land', 'return'];

export function commandName(w: WireItem): string {
  const command = w.command ?? String(w.commandId ?? words.noCommand);
  return words.names[command] ?? command;
}

/** 'Waypoint, 60 m above home, waits 5 s'. */
export function itemWords(w: WireItem): string {
  const said = [commandName(w)];
  const height = heightOf(w);
  if (height) said.push(heightWords(height));
  if (w.holdS) said.push(words.waits(w.holdS));
  const [a, b] = w.params ?? [];
  if (w.command === 'jump') said.push(words.toItem(String(a ?? '–')), typeof b === 'number' && b < 0 ? words.forEver : words.times(String(b ?? '–')));
  if (w.command === 'changeSpeed') said.push(`${b ?? '–'} m/s`);
  if (w.command === 'loiterTime') said.push(`${a ?? 0} s`);
  if (w.command === 'loiterTurns') said.push(words.turns(String(a ?? 0)));
  return said.join(', ');
}
