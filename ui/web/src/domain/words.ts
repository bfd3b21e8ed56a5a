/** Sentences about things, in an operator's words; the place to translate from later. */
import type { Alert, AlertLook, Cue, Feed, Nuisance, Track, Vehicle } from './model';
import { clockTime, list, span } from './format';

export const severityWords: Record<Alert['severity'], string> = {
  critical: 'Critical',
  serious: 'Serious',
  caution: 'Caution',
};

/** What a feed's hint says, for a small tile; the station's sentence is longer. */
export const remarkWords: Partial<Record<string, string>> = {
  falseClock: 'camera clock is wrong',
  metadataClock: 'metadata clock is wrong',
  rareKeyPictures: 'key pictures are rare',
};

/** Of a picture that this browser plays. */
export const otherBrowsers = 'other browsers may not play this';

/** What a cue offers or does: 'Vehicle 2 can look in 11 s'. */
export function cueSentence(cue: Cue, name: string): string {
  const goes = cue.action === 'lookAndApproach' ? 'look and fly closer' : 'look';
  switch (cue.state) {
    case 'proposed':
      return cue.etaS === undefined ? `${name} can ${goes}` : `${name} can ${goes} in ${Math.round(cue.etaS)} s`;
    case 'approved':
      return `${name} is told to ${goes}`;
    case 'active':
      return cue.action === 'lookAndApproach' ? `${name} looks and flies closer` : `${name} looks`;
    case 'done':
      return `${name} has looked`;
    case 'rejected':
      return `Proposal for ${name} rejected`;
    case 'expired':
      return `Proposal for ${name} expired`;
    case 'failed':
      return `${name} could not do it`;
  }
}

/** How a cue would be flown: 'from 60 m away, 45 m above ground'. */
export function cueGeometry(cue: Cue): string {
  const parts: string[] = [];
  if (cue.standoffM !== undefined) parts.push(`from ${Math.round(cue.standoffM)} m away`);
  if (cue.heightAGL !== undefined) parts.push(`${Math.round(cue.heightAGL)} m above ground`);
  return parts.join(', ');
}

/** What feeds a track: 'fed by 1-thermal (41), s-07 and s-08'. */
export function fedBy(track: Track): string {
  const sources = track.sources ?? [];
  if (sources.length === 0) return 'no source named';
  return `fed by ${list(sources.map((s) => (s.count === undefined ? s.id : `${s.id} (${s.count})`)))}`;
}

/** The age of a lost vehicle, for labels: 'lost, 12 s'. */
export function lostFor(vehicle: Vehicle, nowMs: number): string {
  return vehicle.lastSeen === undefined ? 'lost' : `lost, ${span(nowMs - vehicle.lastSeen)}`;
}

/** A name for a class of track or of alert. */
export function className(name: string): string {
  return name === '' ? 'Unknown' : name.charAt(0).toUpperCase() + name.slice(1);
}

/** Why this person cannot command this vehicle now; undefined when they can. */
export function commandBar(vehicle: Vehicle, me: { name: string; role: string; replay?: boolean } | undefined): string | undefined {
  if (me?.replay) return rewindWords.commandsOff;
  if (!me || me.role === 'viewer') return 'Viewers watch; an operator commands.';
  if (vehicle.state === 'lost') return 'The vehicle is lost.';
  if (!vehicle.control) return 'Take control to command.';
  if (vehicle.control.holder !== me.name) return `${vehicle.control.holder} has control.`;
  return undefined;
}

const recordingStates: Record<NonNullable<Feed['recording']>['state'], string> = {
  off: 'not recorded',
  waiting: 'waits for a key picture',
  recording: 'recording',
  stopped: 'recording has stopped',
};

/** What becomes of a feed's pictures: 'recording since 10:20:31, by hand (anna)'. */
export function recordingWords(r: NonNullable<Feed['recording']>): string {
  if (r.state === 'off') return recordingStates.off;
  const by = r.by === 'hand' ? `by hand${r.who ? ` (${r.who})` : ''}` : 'by configuration';
  const since = r.state === 'waiting' ? '' : ` since ${clockTime(r.since)}`;
  return `${recordingStates[r.state]}${since}, ${by}${r.reason ? `: ${r.reason}` : ''}`;
}

/** Everything that the tile's buttons, the list of recordings and the player say. */
export const replayWords = {
  replay: 'REPLAY',
  notLive: 'not live',
  ago: (ms: number) => `${span(ms)} ago`,
  title: 'Recordings',
  open: 'Recordings',
  close: 'Back to live',
  feed: 'Feed',
  goTo: 'Go to (UTC)',
  go: 'Go',
  none: 'Nothing is recorded of this feed.',
  noFeed: 'Nothing is recorded yet. A tile\u2019s button \u2018Rec\u2019 begins a recording.',
  grows: 'still grows',
  files: (n: number) => (n === 1 ? '1 file' : `${n} files`),
  megabytes: (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`,
  play: 'Play',
  pause: 'Pause',
  back: '−10 s',
  forward: '+10 s',
  speed: 'Speed',
  position: 'Position in the recording',
  download: 'Download this file',
  loading: 'Loading …',
  noMetadata: 'No metadata beside this picture',
  damaged: 'This part of the recording cannot be decoded.',
  unplayable: (codecs: string) =>
    `This browser does not play ${codecs.startsWith('hvc1') ? 'H.265' : codecs}: download the file and play it with other software.`,
  snapshot: 'Snap a picture',
  snapshotShort: 'Snap',
  snapshotDone: (name: string) => `Picture saved as ${name}`,
  record: 'Begin to record',
  stopRecord: 'End the recording',
  recordShort: 'Rec',
  recordOn: (feed: string) => `${feed}: recording is on`,
  recordOff: (feed: string) => `${feed}: recording is off`,
};

/** What the page says while it looks back. */
export const rewindWords = {
  open: 'Look back',
  openShort: '◀◀',
  openLong: 'Look back over recorded time (W)',
  replay: 'REPLAY',
  notLive: 'not live',
  commandsOff: 'This is a replay: nothing can be commanded. N goes back to live.',
  off: 'commands are off',
  live: 'Back to live',
  liveNew: (n: number) => (n === 0 ? 'nothing new live' : n === 1 ? '1 new alert live' : `${n} new alerts live`),
  play: 'Play',
  pause: 'Pause',
  previous: 'Previous alert',
  next: 'Next alert',
  noNext: 'No later alert on this timeline.',
  noPrevious: 'No earlier alert on this timeline.',
  speed: 'Speed',
  position: 'Time',
  range: 'Length of the timeline',
  hours: (n: number) => `${n} h`,
  goTo: 'Go to (UTC)',
  go: 'Go',
  chart: 'What was recorded: tracks and trips over time',
  height: 'Height above ground',
  battery: 'Battery',
  noVideo: 'No video was recorded then.',
  noFeeds: 'Nothing was recorded of this vehicle\u2019s feeds.',
  wait: 'Reading the record \u2026',
};

export const assignWords = {
  label: 'Looks after it',
  nobody: 'nobody yet',
  me: (name: string) => `${name} (you)`,
  by: (name: string) => `assigned by ${name}`,
  done: (id: string, to: string) => (to === '' ? `Alert ${id} is assigned to nobody` : `Alert ${id} is assigned to ${to}`),
};

export const historyWords = {
  title: 'Where it came from, who looked',
  nobody: 'No camera has seen it, and nobody was sent to look.',
};

/** One span in which a camera, a person or a vehicle looked; clock writes an instant. */
export function lookWords(look: AlertLook, clock: (ms: number) => string): string {
  const when = look.to === undefined ? `from ${clock(look.from)}` : `${clock(look.from)} to ${clock(look.to)}`;
  switch (look.kind) {
    case 'camera':
      return `${look.who} saw it ${when}`;
    case 'person':
      return `${look.who} watched ${look.what ?? 'it'} ${when}`;
    case 'vehicle':
      return `vehicle ${look.who} sent to look${look.by ? ` by ${look.by}` : ''} ${when}`;
  }
}

/** What people decided of the alerts of a sensor or in an area. */
export function nuisanceWords(n: Nuisance | undefined): string {
  if (n === undefined || n.real + n.false < 0.5) return 'nothing decided yet';
  return `${Math.round(n.false)} of ${Math.round(n.real + n.false)} called false`;
}

export const askWords = {
  ask: 'Ask for control',
  why: 'Why (for the holder)',
  wants: (who: string) => `${who} asks for control.`,
  grant: 'Hand over',
  refuse: 'Refuse',
  asked: (holder: string) => `${holder} has been asked for control.`,
  refused: (holder: string, note: string | undefined) => `${holder} refused${note ? `: ${note}` : '.'}`,
  takeBack: 'Withdraw',
};

export const adminWords = {
  title: 'Administration',
  accounts: 'Accounts',
  adminsOnly: 'Accounts are kept by admins.',
  file: 'Links, feeds, sensors and zones are set in the configuration file (docs/configuration.md) and hold from the next start; vedette check says what is wrong with it, by line. Here is what the station has.',
  links: 'Links',
  feeds: 'Feeds',
  zones: 'Zones',
  name: 'Name',
  role: 'Role',
  password: 'Password',
  add: 'Add',
  set: 'Set',
  close: 'Close account',
  reopen: 'Reopen',
  closed: 'closed',
  since: (day: string) => `since ${day}`,
  roleOf: (name: string) => `Role of ${name}`,
  newPassword: (name: string) => `New password of ${name}`,
  added: (name: string) => `${name} can sign in`,
  renewed: (name: string) => `${name} has a new password, and is signed out everywhere`,
  hasRole: (name: string, role: string) => `${name} is ${role} now`,
  isClosed: (name: string, closed: boolean) => (closed ? `The account of ${name} is closed` : `The account of ${name} is open again`),
};

const tripClasses: Record<string, string> = { WALK: 'Walking', VEHICLE: 'Vehicle', ANIMAL: 'Animal' };

/** The waveform around a trip. */
export const waveWords = {
  trip: (detail: string | undefined): string => tripClasses[detail ?? ''] ?? 'Trip',
  about: (detail: string | undefined, at: string, most: number): string =>
    `Waveform around the trip at ${at} UTC (${(tripClasses[detail ?? ''] ?? 'unknown').toLowerCase()}), up to ${most} counts to either side`,
  none: 'No waveform: this sensor sends its trips alone, or has felt nothing since the station started.',
};
