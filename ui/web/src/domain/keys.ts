/** The keyboard map: one table that both answers keys and fills the help page. No key arms or flies by itself. */
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
  { action: 'palette', keys: ['Ctrl K'], words: 'Find any action by its words (Cmd K on a Mac)' },
  { action: 'approve', keys: ['A', 'Enter'], words: 'Approve the proposal marked with the key' },
  { action: 'reject', keys: ['R'], words: 'Reject the proposal marked with the key' },
  { action: 'next', keys: ['J', 'ArrowDown'], words: 'Next alert' },
  { action: 'previous', keys: ['K', 'ArrowUp'], words: 'Previous alert' },
  { action: 'acknowledge', keys: ['C'], words: 'Acknowledge the selected alert' },
  { action: 'vehicle1', keys: ['1'], words: 'Select the first vehicle' },
  { action: 'vehicle2', keys: ['2'], words: 'Select the second vehicle' },
  { action: 'vehicle3', keys: ['3'], words: 'Select the third vehicle' },
  { action: 'control', keys: ['T'], words: 'Take control of the selected vehicle' },
  { action: 'look', keys: ['L'], words: 'Look mode: the next click on the map points the camera' },
  { action: 'fly', keys: ['F'], words: 'Fly mode: the next click on the map asks to fly there' },
  { action: 'orbit', keys: ['O'], words: 'Orbit mode: the next click on the map asks to circle there' },
  { action: 'track', keys: ['B'], words: 'Track mode: a click or a box on a picture says what the camera tracks' },
  { action: 'resolve', keys: ['E'], words: 'Resolve the selected alert' },
  { action: 'measure', keys: ['M'], words: 'Measure mode: each click on the map adds a point' },
  { action: 'goTo', keys: ['G'], words: 'Go to typed coordinates' },
  { action: 'layers', keys: ['Y'], words: 'What the map shows' },
  { action: 'wall', keys: ['V'], words: 'Video wall' },
  { action: 'sensors', keys: ['S'], words: 'Sensors and their health' },
  { action: 'mute', keys: ['U'], words: 'Mute the sounds for 10 minutes, or hear them again' },
  { action: 'alertsPanel', keys: ['['], words: 'Alerts: put away or bring back' },
  { action: 'vehiclesPanel', keys: [']'], words: 'Vehicles: put away or bring back' },
  { action: 'videoPanel', keys: ['\\'], words: 'Video: put away or bring back' },
  { action: 'zoomIn', keys: ['+', '='], words: 'Zoom in' },
  { action: 'zoomOut', keys: ['-'], words: 'Zoom out' },
  { action: 'centre', keys: ['Z'], words: 'Show the whole sector' },
  { action: 'snapshot', keys: ['I'], words: 'Take a picture of the enlarged feed, or of the first one shown' },
  { action: 'record', keys: ['X'], words: 'Begin or end the recording of that feed' },
  { action: 'recordings', keys: ['H'], words: 'Recordings: what was recorded, and play it' },
  { action: 'rewind', keys: ['W'], words: 'Look back over recorded time; nothing can be commanded meanwhile' },
  { action: 'live', keys: ['N'], words: 'Back to live' },
  { action: 'admin', keys: ['0'], words: 'Administration: accounts, and what the station has' },
  { action: 'plan', keys: ['P'], words: 'Plan view: missions, fence and rally points on the map' },
  { action: 'theme', keys: ['D'], words: 'Next theme: dark, day, red' },
  { action: 'help', keys: ['?'], words: 'This list' },
  { action: 'cancel', keys: ['Escape'], words: 'Cancel, close, back to the map' },
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

export type ReplayAction = 'play' | 'back' | 'forward' | 'slower' | 'faster' | 'begin' | 'newest';

/** The keys of the player, while it is open. */
export const replayShortcuts: readonly { action: ReplayAction; keys: readonly string[]; words: string }[] = [
  { action: 'play', keys: [' '], words: 'Play or pause the recording' },
  { action: 'back', keys: ['ArrowLeft'], words: 'Ten seconds back' },
  { action: 'forward', keys: ['ArrowRight'], words: 'Ten seconds on' },
  { action: 'slower', keys: [','], words: 'Slower' },
  { action: 'faster', keys: ['.'], words: 'Faster' },
  { action: 'begin', keys: ['Home'], words: 'To the beginning of the recording' },
  { action: 'newest', keys: ['End'], words: 'To its end' },
];

/** The action of the player that a key press asks for, if any. */
export function replayActionFor(press: KeyPress, focus: Focus): ReplayAction | undefined {
  if (press.ctrlKey || press.metaKey || press.altKey || focus === 'text') return undefined;
  // A focused button already takes the space bar.
  if (focus === 'control' && press.key === ' ') return undefined;
  return replayShortcuts.find((s) => s.keys.includes(press.key))?.action;
}
