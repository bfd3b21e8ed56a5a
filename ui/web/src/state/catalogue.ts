/** Everything that the console can do, as entries of the command palette. What flies or frees a vehicle asks first. */
import { falseCauses } from '../domain/causes';
import { flying, type VehicleCommand } from '../domain/commands';
import type { Action } from '../domain/keys';
import { layerNames, panelNames, trailMinutes, wallSizes } from '../domain/layout';
import { coordinateFormats } from '../domain/coords';
import type { Entry } from '../domain/palette';
import { isOpen } from '../domain/queue';
import { commandBar } from '../domain/words';
import type { Actions } from './actions.svelte';
import type { Desk } from './desk.svelte';
import { texts } from '../texts';
import { themes } from './theme.svelte';

const { common, palette: words } = texts;

/** What the palette does through the page itself. */
export interface Page {
  perform(action: Action): void;
  fullScreen(): void;
}

export function catalogue(desk: Desk, actions: Actions, page: Page): Entry[] {
  return [...alertEntries(desk, actions, page), ...vehicleEntries(desk, actions, page), ...viewEntries(desk, page), ...deskEntries(desk, page)];
}

function keyed(page: Page, id: Action, said: string, off?: string): Entry {
  return { id, words: said, action: id, off, run: () => page.perform(id) };
}

function alertEntries(desk: Desk, actions: Actions, page: Page): Entry[] {
  const viewer = desk.me?.role === 'viewer' ? common.viewer : undefined;
  const alert = desk.alerts.find((a) => a.id === desk.selectedAlert);
  const off = viewer ?? (alert && isOpen(alert) ? undefined : words.noAlert);
  const cueOff = viewer ?? (desk.top ? undefined : words.noProposal);
  return [
    keyed(page, 'approve', words.approve, cueOff),
    keyed(page, 'reject', words.reject, cueOff),
    keyed(page, 'next', words.next),
    keyed(page, 'previous', words.previous),
    keyed(page, 'acknowledge', words.acknowledge, off ?? (alert?.state === 'new' ? undefined : words.isAcknowledged)),
    keyed(page, 'resolve', words.resolve, off),
    {
      id: 'false',
      words: words.callFalse,
      off,
      ask: words.askFalse(alert?.title ?? ''),
      run: () => alert && void actions.decideAlert(alert.id, 'false'),
    },
    ...falseCauses.map((cause): Entry => ({
      id: `false-${cause.replaceAll(' ', '-')}`,
      words: words.callFalseFor(texts.alerts.causes[cause]),
      off,
      ask: words.askFalseFor(alert?.title ?? '', texts.alerts.causes[cause]),
      run: () => alert && void actions.decideAlert(alert.id, 'false', cause),
    })),
  ];
}

function vehicleEntries(desk: Desk, actions: Actions, page: Page): Entry[] {
  const entries: Entry[] = desk.vehicles.map((v, i) => ({
    id: `select-${v.id}`,
    words: words.select(v.name),
    ...(i < 3 ? { action: `vehicle${i + 1}` as Action } : {}),
    run: () => (desk.selectedVehicle = v.id),
  }));
  const v = desk.vehicle;
  const off = v ? commandBar(v, desk.me) : common.noVehicle;
  const name = v?.name ?? words.theVehicle;
  const send = (id: keyof typeof words.does, command: VehicleCommand, ask?: (name: string) => string, why?: string): void => {
    entries.push({
      id,
      words: words.vehicle(name, words.does[id]),
      off: off ?? why,
      ...(ask === undefined ? {} : { ask: ask(name) }),
      run: () => v && void actions.command(v, command),
    });
  };
  const up = v !== undefined && flying(v);
  const down = words.inTheAir;
  const viewer = desk.me?.role === 'viewer' ? common.viewer : undefined;
  entries.push(keyed(page, 'control', words.takeControl(name), v ? (viewer ?? (v.control ? texts.control.has(v.control.holder) : undefined)) : common.noVehicle));
  entries.push({
    id: 'release',
    words: words.releaseControl(name),
    off: v?.control && v.control.holder === desk.me?.name ? undefined : words.notInControl,
    run: () => v && void actions.releaseControl(v),
  });
  for (const id of ['look', 'fly', 'orbit', 'track'] as const) {
    entries.push(keyed(page, id, words.vehicle(name, words.does[id]), off));
  }
  const { track } = desk;
  entries.push({
    id: 'follow-track',
    words: words.vehicle(name, words.does.followTrack),
    off: off ?? (track ? undefined : words.noTrack),
    ask: words.asks.followTrack(name),
    run: () => v && track && void actions.followTrack(v, track.id),
  });
  send('hold', { command: 'hold' });
  send('pause', { command: 'pause' });
  send('continue', { command: 'continue' }, words.asks.continue);
  send('startMission', { command: 'startMission' }, words.asks.startMission);
  send('return', { command: 'return' }, words.asks.return);
  send('land', { command: 'land' }, words.asks.land);
  send('takeoff', { command: 'takeoff', altitudeAGL: 30 }, words.asks.takeoff, up ? down : undefined);
  send('arm', { command: 'arm' }, words.asks.arm, v?.armed ? words.isArmed : undefined);
  send('disarm', { command: 'disarm' }, words.asks.disarm, up ? down : v?.armed ? undefined : words.isDisarmed);
  return entries;
}

function viewEntries(desk: Desk, page: Page): Entry[] {
  const { layout } = desk;
  return [
    keyed(page, 'centre', words.centre),
    keyed(page, 'zoomIn', words.zoomIn),
    keyed(page, 'zoomOut', words.zoomOut),
    keyed(page, 'goTo', texts.goTo.title),
    keyed(page, 'measure', words.measure),
    keyed(page, 'layers', texts.layers.title),
    { id: 'crossings', words: texts.crossings.title, run: () => (desk.crossingsOpen = true) },
    ...layerNames.map((n): Entry => ({
      id: `layer-${n}`,
      words: words.showLayer(texts.map.layers[n], layout.now.layers[n]),
      run: () => layout.layer(n),
    })),
    ...desk.mapFiles.all
      .filter((f) => f.problem === undefined)
      .map((f): Entry => ({ id: `map-${f.id}`, words: words.showMap(f.name, !layout.now.hiddenMaps.includes(f.id)), run: () => layout.mapFile(f.id) })),
    ...trailMinutes.map((m): Entry => ({ id: `trails-${m}`, words: m === 0 ? words.noTrails : words.trails(m), run: () => layout.trails(m) })),
    ...coordinateFormats.map((f): Entry => ({ id: `format-${f}`, words: words.coordinates(texts.map.formats[f]), run: () => layout.format(f) })),
    keyed(page, 'wall', words.wall),
    ...wallSizes.map((w): Entry => ({
      id: `wall-${w}`,
      words: words.wallOf(w),
      run: () => {
        layout.wall(w);
        desk.overlay = 'wall';
      },
    })),
    keyed(page, 'snapshot', words.snapshot),
    keyed(page, 'record', words.record, desk.me?.role === 'viewer' ? common.viewer : undefined),
    keyed(page, 'recordings', words.recordings),
    keyed(page, 'rewind', words.rewind, desk.rewind.on ? words.looksBack : undefined),
    keyed(page, 'live', words.live, desk.rewind.on ? undefined : words.isLive),
    { id: 'fullScreen', words: texts.video.fullScreen, run: () => page.fullScreen() },
    keyed(page, 'sensors', words.sensors),
  ];
}

function deskEntries(desk: Desk, page: Page): Entry[] {
  const { layout } = desk;
  return [
    ...panelNames.map((n): Entry => ({
      id: `panel-${n}`,
      words: words.panel(texts.panels[n], layout.now.panels[n]),
      action: `${n}Panel` as Action,
      run: () => layout.panel(n),
    })),
    ...themes.map((t): Entry => ({ id: `theme-${t}`, words: words.theme(texts.themes[t]), run: () => desk.theme.set(t) })),
    keyed(page, 'mute', words.mute),
    keyed(page, 'admin', words.admin),
    keyed(page, 'help', words.help),
    { id: 'signOut', words: words.signOut, ask: words.askSignOut, run: () => void desk.signOut() },
  ];
}
