/** The few things that a viewer reads and writes in SDP and HTTP headers: candidates, ICE fragments, TURN servers. */

/** One of the station's addresses, as its answer names it. */
export interface Endpoint {
  transport: string;
  address: string;
  port: number;
}

function lines(sdp: string): string[] {
  return sdp.split(/\r?\n/).filter((line) => line !== '');
}

const candidateLine = /^a=candidate:\S+ 1 (\S+) \d+ (\S+) (\d+) typ (\S+)/;

/** The host candidates of a description, each once (RFC 8839, section 5.1). */
export function endpoints(sdp: string): Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const line of lines(sdp)) {
    const [, transport = '', address = '', port = '', type] = candidateLine.exec(line) ?? [];
    if (type === 'host') found.set(`${transport} ${address} ${port}`, { transport: transport.toLowerCase(), address, port: Number(port) });
  }
  return [...found.values()];
}

/** The kinds of candidates that a description has: host, srflx, relay. */
export function kinds(sdp: string): string[] {
  const found = new Set<string>();
  for (const line of lines(sdp)) {
    const type = candidateLine.exec(line)?.[4];
    if (type !== undefined) found.add(type);
  }
  return [...found];
}

/** The ICE part of an offer, for a restart (RFC 8840, section 9): everything is bundled, so the first section is enough. */
export function fragmentOf(sdp: string): string {
  const wanted = ['a=ice-options:', 'a=group:', 'm=', 'a=mid:', 'a=ice-ufrag:', 'a=ice-pwd:', 'a=candidate:', 'a=end-of-candidates'];
  const out: string[] = [];
  let sections = 0;
  for (const line of lines(sdp)) {
    if (line.startsWith('m=') && ++sections > 1) break;
    if (wanted.some((w) => line.startsWith(w))) out.push(line);
  }
  return out.map((line) => line + '\r\n').join('');
}

/** The answer as it would read after an ICE restart: the fragment's credentials and candidates, all else as before. */
export function withFragment(answer: string, fragment: string): string {
  const fresh = lines(fragment);
  const value = (key: string): string | undefined => fresh.find((line) => line.startsWith(key));
  const candidates = fresh.filter((line) => line.startsWith('a=candidate:'));
  const out: string[] = [];
  let placed = false;
  for (const line of lines(answer)) {
    if (line.startsWith('a=candidate:') || line === 'a=end-of-candidates') continue;
    if (line.startsWith('a=ice-ufrag:')) {
      out.push(value('a=ice-ufrag:') ?? line);
      continue;
    }
    if (line.startsWith('a=ice-pwd:')) {
      out.push(value('a=ice-pwd:') ?? line);
      if (!placed) out.push(...candidates);
      placed = true;
      continue;
    }
    out.push(line);
  }
  return out.map((line) => line + '\r\n').join('');
}

export interface Relays {
  servers: RTCIceServer[];
  /** The station asks to use them at once, not only when there is no other way. */
  first: boolean;
}

/** The TURN servers of a Link header (RFC 8288; RFC 9725, section 4.6). Other links are passed over. */
export function relaysOf(link: string | null): Relays {
  const relays: Relays = { servers: [], first: false };
  // Commas separate links, but may stand in a quoted value too.
  for (const [, target = '', rest = ''] of (link ?? '').matchAll(/<([^>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:"[^"]*"|[^",;\s]*))*)/g)) {
    const values = new Map<string, string>();
    for (const [, key = '', quoted, bare] of rest.matchAll(/;\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^",;\s]*))/g)) {
      values.set(key.toLowerCase(), quoted ?? bare ?? '');
    }
    if (values.get('rel') !== 'ice-server' || !/^turns?:/.test(target)) continue;
    relays.servers.push({ urls: target, username: values.get('username') ?? '', credential: values.get('credential') ?? '' });
    if (values.get('use') === 'first') relays.first = true;
  }
  return relays;
}
