/** Everything that the console can do, as entries of the command palette. What flies or frees a vehicle asks first. */
import { falseCauses } from '../domain/causes';
import { flying, type VehicleCommand } from '../domain/commands';
import type { Action } from '../domain/keys';
import { layerNames, panelNames, trailMinutes, wallSizes } from '../domain/layout';
import { coordinateFormats } from '../domain/coords';
import type { Entry } from '../domain/palette';
import { isOpen } from '../domain/queue';
import { formatWords, layerWords, panelWords, texts } from '../domain/texts';
import { commandBar } from '../domain/words';
import type { Actions } from './actions.svelte';
import type { Desk } from './desk.svelte';
import { themes, themeWords } from './theme.svelte';

/** What the palette does through the page itself. */
export interface Page {
  perform(action: Action): void;
  fullScreen(): void;
}

export function catalogue(desk: Desk, actions: Actions, page: Page): Entry[] {
  return [...alertEntries(desk, actions, page), ...vehicleEntries(desk, actions, page), ...viewEntries(desk, page), ...deskEntries(desk, page)];
}

function keyed(page: Page, id: Action, words: string, off?: string): Entry {
  return { id, words, action: id, off, run: () => page.perform(id) };
}

function alertEntries(desk: Desk, actions: Actions, page: Page): Entry[] {
  const viewer = desk.me?.role === 'viewer' ? texts.viewer : undefined;
  const alert = desk.alerts.find((a) => a.id === desk.selectedAlert);
  const off = viewer ?? (alert && isOpen(alert) ? undefined : texts.noAlert);
  const cueOff = viewer ?? (desk.top ? undefined : 'No proposal is marked.');
  return [
    keyed(page, 'approve', 'Approve the marked proposal', cueOff),
    keyed(page, 'reject', 'Reject the marked proposal', cueOff),
    keyed(page, 'next', 'Next alert'),
    keyed(page, 'previous', 'Previous alert'),
    keyed(page, 'acknowledge', 'Acknowledge the selected alert', off ?? (alert?.state === 'new' ? undefined : 'It is acknowledged.')),
    keyed(page, 'resolve', 'Resolve the selected alert', off),
    {
      id: 'false',
      words: 'Call the selected alert false',
      off,
      ask: `${alert?.title ?? ''}: call it false?`,
      run: () => alert && void actions.decideAlert(alert.id, 'false'),
    },
    ...falseCauses.map((cause): Entry => ({
      id: `false-${cause.replaceAll(' ', '-')}`,
      words: `Call the selected alert false: ${cause}`,
      off,
      ask: `${alert?.title ?? ''}: call it false, ${cause}?`,
      run: () => alert && void actions.decideAlert(alert.id, 'false', cause),
    })),
  ];
}

function vehicleEntries(desk: Desk, actions: Actions, page: Page): Entry[] {
  const entries: Entry[] = desk.vehicles.map((v, i) => ({
    id: `select-${v.id}`,
    words: `Select ${v.name}`,
    ...(i < 3 ? { action: `vehicle${i + 1}` as Action } : {}),
    run: () => (desk.selectedVehicle = v.id),
  }));
  const v = desk.vehicle;
  const off = v ? commandBar(v, desk.me) : texts.noVehicle;
  const name = v?.name ?? 'the vehicle';
  const send = (id: string, words: string, command: VehicleCommand, ask?: string, why?: string): void => {
    entries.push({
      id,
      words: `${name}: ${words}`,
      off: off ?? why,
      ...(ask === undefined ? {} : { ask: `${name} ${ask}` }),
      run: () => v && void actions.command(v, command),
    });
  };
  const up = v !== undefined && flying(v);
  const down = 'It is in the air.';
  entries.push(keyed(page, 'control', `Take control of ${name}`, v ? (v.control ? `${v.control.holder} has control.` : undefined) : texts.noVehicle));
  entries.push({
    id: 'release',
    words: `Release control of ${name}`,
    off: v?.control && v.control.holder === desk.me?.name ? undefined : 'You do not have control.',
    run: () => v && void actions.releaseControl(v),
  });
  for (const [id, words] of [
    ['look', 'look at a place on the map'],
    ['fly', 'fly to a place on the map'],
    ['orbit', 'circle a place on the map'],
    ['track', 'track something in the picture'],
  ] as const) {
    entries.push(keyed(page, id, `${name}: ${words}`, off));
  }
  send('hold', 'hold here', { command: 'hold' });
  send('pause', 'pause the mission', { command: 'pause' });
  send('continue', 'continue the mission', { command: 'continue' }, 'goes on with its mission');
  send('startMission', 'start the mission', { command: 'startMission' }, 'starts its mission');
  send('return', 'return home', { command: 'return' }, 'flies home');
  send('land', 'land here', { command: 'land' }, 'lands where it is');
  send('takeoff', 'take off to 30 m', { command: 'takeoff', altitudeAGL: 30 }, 'takes off to 30 m above ground', up ? down : undefined);
  send('arm', 'arm', { command: 'arm' }, 'arms: its propellers turn', v?.armed ? 'It is armed.' : undefined);
  send('disarm', 'disarm', { command: 'disarm' }, 'stops its motors', up ? down : v?.armed ? undefined : 'It is disarmed.');
  return entries;
}

function viewEntries(desk: Desk, page: Page): Entry[] {
  const { layout } = desk;
  return [
    keyed(page, 'centre', 'Map: show the whole sector'),
    keyed(page, 'zoomIn', 'Map: zoom in'),
    keyed(page, 'zoomOut', 'Map: zoom out'),
    keyed(page, 'goTo', texts.goTo),
    keyed(page, 'measure', 'Measure distance and bearing'),
    keyed(page, 'layers', texts.layers),
    ...layerNames.map((n): Entry => ({
      id: `layer-${n}`,
      words: `${layout.now.layers[n] ? 'Hide' : 'Show'}: ${layerWords[n]}`,
      run: () => layout.layer(n),
    })),
    ...desk.mapFiles.all
      .filter((f) => f.problem === undefined)
      .map((f): Entry => ({ id: `map-${f.id}`, words: `${layout.now.hiddenMaps.includes(f.id) ? 'Show' : 'Hide'} the map ${f.name}`, run: () => layout.mapFile(f.id) })),
    ...trailMinutes.map((m): Entry => ({ id: `trails-${m}`, words: m === 0 ? 'Trails: none' : `Trails: ${m} min`, run: () => layout.trails(m) })),
    ...coordinateFormats.map((f): Entry => ({ id: `format-${f}`, words: `Coordinates as ${formatWords[f]}`, run: () => layout.format(f) })),
    keyed(page, 'wall', texts.wall),
    ...wallSizes.map((w): Entry => ({
      id: `wall-${w}`,
      words: `${texts.wall}: ${w === 1 ? '1 picture' : `${w} pictures`}`,
      run: () => {
        layout.wall(w);
        desk.overlay = 'wall';
      },
    })),
    keyed(page, 'snapshot', 'Video: take a picture of the enlarged feed, or of the first one shown'),
    keyed(page, 'record', 'Video: begin or end the recording of that feed', desk.me?.role === 'viewer' ? texts.viewer : undefined),
    keyed(page, 'recordings', 'Video: recordings'),
    keyed(page, 'rewind', 'Look back over recorded time', desk.rewind.on ? 'The page looks back.' : undefined),
    keyed(page, 'live', 'Back to live', desk.rewind.on ? undefined : 'The page is live.'),
    { id: 'fullScreen', words: texts.fullScreen, run: () => page.fullScreen() },
    keyed(page, 'sensors', 'Sensors and their health'),
  ];
}

function deskEntries(desk: Desk, page: Page): Entry[] {
  const { layout } = desk;
  return [
    ...panelNames.map((n): Entry => ({
      id: `panel-${n}`,
      words: `${layout.now.panels[n] ? 'Put away' : 'Bring back'}: ${panelWords[n]}`,
      action: `${n}Panel` as Action,
      run: () => layout.panel(n),
    })),
    ...themes.map((t): Entry => ({ id: `theme-${t}`, words: `Theme: ${themeWords[t]}`, run: () => desk.theme.set(t) })),
    keyed(page, 'mute', 'Mute the sounds for 10 minutes, or hear them again'),
    keyed(page, 'admin', 'Administration: accounts, links, feeds, sensors, zones'),
    keyed(page, 'help', 'Keyboard shortcuts'),
    { id: 'signOut', words: 'Sign out', ask: 'Sign out?', run: () => void desk.signOut() },
  ];
}
