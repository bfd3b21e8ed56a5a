/** Items of a mission in words. */
import type { WireItem } from './draft';
import { heightOf, heightWords } from './height';

const names: Record<string, string> = {
  waypoint: 'Waypoint',
  splineWaypoint: 'Curved waypoint',
  loiterTime: 'Wait here',
  loiterTurns: 'Circle here',
  loiterUnlimited: 'Stay here',
  takeoff: 'Take off',
  land: 'Land',
  return: 'Return home',
  jump: 'Jump',
  changeSpeed: 'Speed',
  roi: 'Look at',
  cameraTriggerDistance: 'Photos by distance',
};

/** What the page can make by itself; every other command comes from a vehicle or a file and goes back as it came. */
export const commands: readonly string[] = ['waypoint', 'loiterTime', 'loiterTurns', 'takeoff', 'land', 'return'];

export function commandName(w: WireItem): string {
  const command = w.command ?? `${w.commandId ?? 'no command'}`;
  return names[command] ?? command;
}

/** 'Waypoint, 60 m above home, waits 5 s'. */
export function itemWords(w: WireItem): string {
  const words = [commandName(w)];
  const height = heightOf(w);
  if (height) words.push(heightWords(height));
  if (w.holdS) words.push(`waits ${w.holdS} s`);
  const [a, b] = w.params ?? [];
  if (w.command === 'jump') words.push(`to item ${a ?? '–'}, ${typeof b === 'number' && b < 0 ? 'for ever' : `${b ?? '–'} times`}`);
  if (w.command === 'changeSpeed') words.push(`${b ?? '–'} m/s`);
  if (w.command === 'loiterTime') words.push(`${a ?? 0} s`);
  if (w.command === 'loiterTurns') words.push(`${a ?? 0} turns`);
  return words.join(', ');
}
