/** Feeds and links as a form has them. What a form does not show is kept as it is. */
import type { Entry } from './site';

const text = (v: unknown): string => (typeof v === 'string' ? v : typeof v === 'number' ? String(v) : '');
const figure = (v: unknown): number | null => (typeof v === 'number' && Number.isFinite(v) ? v : null);
const part = (v: unknown): Entry => (typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as Entry) : {});

function rest(e: Entry, ...keys: string[]): Entry {
  return Object.fromEntries(Object.entries(e).filter(([k]) => !keys.includes(k)));
}

function given(e: Entry): Entry {
  return Object.fromEntries(Object.entries(e).filter(([, v]) => v !== null && v !== '' && v !== false && !(typeof v === 'object' && Object.keys(v as Entry).length === 0)));
}

export interface FeedForm {
  id: string;
  url: string;
  substream: string;
  vehicle: number | null;
  kind: 'eo' | 'thermal';
  hfovDeg: number | null;
  transport: string;
  record: boolean;
  always: boolean;
  rest: Entry;
}

export const transports = ['', 'auto', 'tcp', 'udp', 'multicast'] as const;

export function feedForm(id: string, e: Entry = {}): FeedForm {
  const camera = part(e['camera']);
  return {
    id, url: text(e['url']), substream: text(e['substream']), vehicle: figure(e['vehicle']), kind: camera['kind'] === 'thermal' ? 'thermal' : 'eo',
    hfovDeg: figure(camera['hfovDeg']), transport: text(e['transport']), record: e['record'] === true, always: e['always'] === true,
    rest: rest(e, 'id', 'url', 'substream', 'vehicle', 'camera', 'transport', 'record', 'always'),
  };
}

export function feedEntry(f: FeedForm): Entry {
  return given({
    ...f.rest, url: f.url.trim(), substream: f.substream.trim(), vehicle: f.vehicle, camera: given({ kind: f.kind, hfovDeg: f.hfovDeg }),
    transport: f.transport, record: f.record, always: f.always,
  });
}

export const linkWays = ['serial', 'udpServer', 'udpClient', 'udpBroadcast', 'tcpServer', 'tcpClient'] as const;
export type LinkWay = (typeof linkWays)[number];

export interface LinkForm {
  id: string;
  way: LinkWay;
  /** Of a serial link the device. */
  address: string;
  baud: string;
  priority: number | null;
  profile: string;
  trusted: boolean;
  rest: Entry;
}

export const profiles = ['', 'full', 'radio', 'minimal'] as const;

/** Whether a link is one that the form can show; a replay is not. */
export const linkShown = (e: Entry): boolean => e['replay'] === undefined;

export function linkForm(id: string, e: Entry = {}): LinkForm {
  const way = linkWays.find((w) => e[w] !== undefined) ?? 'udpServer';
  const serial = part(e['serial']);
  return {
    id, way, address: way === 'serial' ? text(serial['device']) : text(e[way]), baud: text(serial['baud']), priority: figure(e['priority']),
    profile: text(e['profile']), trusted: e['trusted'] === true, rest: rest(e, 'name', ...linkWays, 'priority', 'profile', 'trusted'),
  };
}

export function linkEntry(f: LinkForm): Entry {
  const baud = /^\d+$/.test(f.baud.trim()) ? Number(f.baud) : f.baud.trim();
  const to = f.way === 'serial' ? { serial: given({ device: f.address.trim(), baud }) } : { [f.way]: f.address.trim() };
  return given({ ...f.rest, ...to, priority: f.priority === 0 ? null : f.priority, profile: f.profile, trusted: f.trusted });
}
