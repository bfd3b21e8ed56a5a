/** Why a viewer and the station found no path to one another, in words that say what to open or to set. */
import type { Endpoint } from './icesdp';
import { texts } from '../texts';

const said = texts.paths;

/** What is known when a connection has come to nothing. */
export interface Attempt {
  /** The station's addresses, from its answer. */
  station: readonly Endpoint[];
  /** Kinds of the browser's candidates: host, srflx, relay. */
  browser: readonly string[];
  /** STUN requests that the browser sent, and answers that came. */
  requestsSent: number;
  responsesReceived: number;
  /** The browser's requests that reached the station; undefined: it could not be asked. */
  heard: number | undefined;
  /** Addresses of the TURN servers that were tried. */
  relays: readonly string[];
}

const shownAddresses = 3;

/** The addresses that a browser on another machine could reach, or all where there is none. */
function useful(station: readonly Endpoint[]): readonly Endpoint[] {
  const outside = station.filter((e) => !isLoopback(e.address));
  return outside.length > 0 ? outside : station;
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function written(e: Endpoint): string {
  return e.address.includes(':') ? `[${e.address}]:${e.port}` : `${e.address}:${e.port}`;
}

function listed(words: readonly string[], last: 'and' | 'or'): string {
  return words.length < 2 ? (words[0] ?? '') : texts.common[last](words.slice(0, -1).join(', '), words.at(-1) ?? '');
}

function addresses(station: readonly Endpoint[]): string {
  const all = [...new Set(useful(station).map(written))];
  const more = all.length - shownAddresses;
  return listed(all.slice(0, shownAddresses), 'or') + (more > 0 ? ` ${said.more(more)}` : '');
}

/** pageHost is where the console was loaded from. */
export function pathWords(a: Attempt, pageHost: string): string {
  if (a.station.length === 0) {
    return said.noAddress;
  }
  // A browser that may use TCP alone has nothing to offer, but tries.
  if (a.browser.length === 0 && a.requestsSent === 0) {
    return said.blocked;
  }
  const to = addresses(a.station);
  if (a.responsesReceived > 0) {
    return said.noKeys(to);
  }
  if ((a.heard ?? 0) > 0) {
    return said.oneWay(to);
  }
  if (a.station.every((e) => isLoopback(e.address)) && !isLoopback(pageHost) && pageHost !== 'localhost') {
    return said.loopback(to);
  }
  const transports = ['udp', 'tcp'].filter((t) => a.station.some((e) => e.transport === t)).map((t) => t.toUpperCase());
  const ports = [...new Set(useful(a.station).map((e) => e.port))];
  let words = said.none(to, listed(transports, 'or'));
  if (a.relays.length > 0) {
    const turn = listed([...new Set(a.relays)], 'and');
    words += a.browser.includes('relay') ? `, ${said.norByRelay(turn)}` : `, ${said.noRelay(turn)}`;
  }
  return `${words}: ${said.firewall(listed(ports.map(String), 'and'), listed(transports, 'and'))}`;
}
