/** The keyboard map: one table that both answers keys and fills the help page. No key arms or flies by itself. */
import { texts } from '../texts';

const { keys: words, replayKeys: replay } = texts;

export type Action =
  | 'approve'
  | 'reject'
  | 'next'
  | 'previous'
  | 'acknowledge'
  | 'vehicle1'
  | 'vehicle2'
  | 'vehicle3'
  | 'control'
  | 'look'
  | 'fly'
  | 'orbit'
  | 'track'
  | 'centre'
  | 'palette'
  | 'goTo'
  | 'measure'
  | 'layers'
  | 'wall'
  | 'sensors'
  | 'mute'
  | 'resolve'
  | 'zoomIn'
  | 'zoomOut'
  | 'alertsPanel'
  | 'vehiclesPanel'
  | 'videoPanel'
  | 'snapshot'
  | 'record'
  | 'recordings'
  | 'rewind'
  | 'admin'
  | 'live'
  | 'plan'
  | 'help'
  | 'theme'
  | 'cancel';

export interface Shortcut {
  action: Action;
  keys: readonly string[];
  /** What it does, for the help page. */
  words: string;
}

export const shortcuts: readonly Shortcut[] = [
  { action: 'palette', keys: ['Ctrl K'], words: words.palette },
  { action: 'approve', keys: ['A', 'Enter'], words: words.approve },
  { action: 'reject', keys: ['R'], words: words.reject },
  { action: 'next', keys: ['J', 'ArrowDown'], words: words.next },
  { action: 'previous', keys: ['K', 'ArrowUp'], words: words.previous },
  { action: 'acknowledge', keys: ['C'], words: words.acknowledge },
  { action: 'vehicle1', keys: ['1'], words: words.vehicle1 },
  { action: 'vehicle2', keys: ['2'], words: words.vehicle2 },
  { action: 'vehicle3', keys: ['3'], words: words.vehicle3 },
  { action: 'control', keys: ['T'], words: words.control },
  { action: 'look', keys: ['L'], words: words.look },
  { action: 'fly', keys: ['F'], words: words.fly },
  { action: 'orbit', keys: ['O'], words: words.orbit },
  { action: 'track', keys: ['B'], words: words.track },
  { action: 'resolve', keys: ['E'], words: words.resolve },
  { action: 'measure', keys: ['M'], words: words.measure },
  { action: 'goTo', keys: ['G'], words: words.goTo },
  { action: 'layers', keys: ['Y'], words: words.layers },
  { action: 'wall', keys: ['V'], words: words.wall },
  { action: 'sensors', keys: ['S'], words: words.sensors },
  { action: 'mute', keys: ['U'], words: words.mute },
  { action: 'alertsPanel', keys: ['['], words: words.alertsPanel },
  { action: 'vehiclesPanel', keys: [']'], words: words.vehiclesPanel },
  { action: 'videoPanel', keys: ['\\'], words: words.videoPanel },
  { action: 'zoomIn', keys: ['+', '='], words: words.zoomIn },
  { action: 'zoomOut', keys: ['-'], words: words.zoomOut },
  { action: 'centre', keys: ['Z'], words: words.centre },
  { action: 'snapshot', keys: ['I'], words: words.snapshot },
  { action: 'record', keys: ['X'], words: words.record },
  { action: 'recordings', keys: ['H'], words: words.recordings },
  { action: 'rewind', keys: ['W'], words: words.rewind },
  { action: 'live', keys: ['N'], words: words.live },
  { action: 'admin', keys: ['0'], words: words.admin },
  { action: 'plan', keys: ['P'], words: words.plan },
  { action: 'theme', keys: ['D'], words: words.theme },
  { action: 'help', keys: ['?'], words: words.help },
  { action: 'cancel', keys: ['Escape'], words: words.cancel },
];

/** The part of a KeyboardEvent that decides. */
export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
}

/** Where the focus is: in a field that takes text, on something that Enter and arrows already work, or neither. */
export type Focus = 'text' | 'control' | 'page';

/** The action that a key press asks for, if any. */
export function actionFor(press: KeyPress, focus: Focus): Action | undefined {
  if ((press.ctrlKey || press.metaKey) && !press.altKey && press.key.toUpperCase() === 'K' && !press.repeat) return 'palette';
  if (press.ctrlKey || press.metaKey || press.altKey) return undefined;
  const key = press.key.length === 1 ? press.key.toUpperCase() : press.key;
  const action = shortcuts.find((s) => s.keys.includes(key))?.action;
  if (action === undefined || action === 'cancel') return action;
  if (focus === 'text') return undefined;
  // A focused button already takes Enter, a focused map the arrows.
  if (focus === 'control' && press.key.length > 1) return undefined;
  // A key held down must not run through the queue approving one proposal after another.
  if (press.repeat && action !== 'next' && action !== 'previous') return undefined;
  return action;
}

/** What works while the page looks back: what only looks. */
const looking: readonly Action[] = [
  'next', 'previous', 'vehicle1', 'vehicle2', 'vehicle3', 'centre', 'palette', 'goTo', 'measure', 'layers', 'sensors', 'mute',
  'zoomIn', 'zoomOut', 'alertsPanel', 'vehiclesPanel', 'videoPanel', 'rewind', 'live', 'help', 'theme', 'cancel',
];

export function worksInReplay(action: Action): boolean {
  return looking.includes(action);
}

/** What asks the station to do something, or readies the map for that: an operator's to do. */
const acting: readonly Action[] = ['approve', 'reject', 'acknowledge', 'resolve', 'control', 'look', 'fly', 'orbit', 'track', 'record'];

export function needsOperator(action: Action): boolean {
  return acting.includes(action);
}

export type ReplayAction = 'play' | 'back' | 'forward' | 'slower' | 'faster' | 'begin' | 'newest';

/** The keys of the player, while it is open. */
export const replayShortcuts: readonly { action: ReplayAction; keys: readonly string[]; words: string }[] = [
  { action: 'play', keys: [' '], words: replay.play },
  { action: 'back', keys: ['ArrowLeft'], words: replay.back },
  { action: 'forward', keys: ['ArrowRight'], words: replay.forward },
  { action: 'slower', keys: [','], words: replay.slower },
  { action: 'faster', keys: ['.'], words: replay.faster },
  { action: 'begin', keys: ['Home'], words: replay.begin },
  { action: 'newest', keys: ['End'], words: replay.newest },
];

/** The action of the player that a key press asks for, if any. */
export function replayActionFor(press: KeyPress, focus: Focus): ReplayAction | undefined {
  if (press.ctrlKey || press.metaKey || press.altKey || focus === 'text') return undefined;
  // A focused button already takes the space bar.
  if (focus === 'control' && press.key === ' ') return undefined;
  return replayShortcuts.find((s) => s.keys.includes(press.key))?.action;
}
