/** What goes on with a vehicle besides its flight, in lines: links, transfers, plans, commands at work, arming. */
import { clockTime, quantity, span } from './format';
import type { Line, Tone } from './health';
import type { Link, PlanState, StationLink, Transfer, Vehicle } from './model';

/** A loss above this is worth a caution. */
const lossCautionPercent = 10;

export interface LinkLine extends Line {
  used: boolean;
  /** 'in use', 'standby' or 'LOST'. */
  role: string;
  /** The radio's own report, where it has one. */
  radio?: string | undefined;
}

/** All links of a vehicle, the one in use first, each with what the station says of the connection itself. */
export function linkLines(v: Vehicle, station: readonly StationLink[], nowMs: number): LinkLine[] {
  const links = v.links && v.links.length > 0 ? v.links : v.link ? [{ ...v.link, used: true }] : [];
  return links.map((l, i) => {
    const connection = station.find((s) => s.name === l.name);
    const used = l.used === true;
    const lost = l.silent === true || v.state === 'lost' || connection?.state === 'down';
    const tone: Tone = lost ? 'bad' : (l.lossPercent ?? 0) > lossCautionPercent ? 'caution' : 'ok';
    return {
      key: `${l.name ?? ''}-${l.remote ?? ''}-${i}`,
      label: l.name ?? 'link',
      tone,
      used,
      role: lost ? 'LOST' : used ? 'in use' : 'standby',
      text: lost ? lostWords(l, connection, nowMs) : linkWords(l, nowMs),
      radio: radioWords(connection),
    };
  });
}

function linkWords(l: Link, nowMs: number): string {
  const heard = l.lastHeard === undefined ? '' : ` · heard ${span(nowMs - l.lastHeard)} ago`;
  return `${quantity(l.lossPercent, '%', 1)} lost · ${quantity(l.rttMs, 'ms')}${heard}`;
}

function lostWords(l: Link, connection: StationLink | undefined, nowMs: number): string {
  const heard = l.lastHeard === undefined ? 'not heard' : `last heard ${span(nowMs - l.lastHeard)} ago`;
  return connection?.problem ? `${heard} · ${connection.problem}` : heard;
}

function radioWords(connection: StationLink | undefined): string | undefined {
  const r = connection?.radio;
  if (!r) return undefined;
  return `radio: signal ${r.rssi}, noise ${r.noise}; far end ${r.remoteRssi}, ${r.remoteNoise}; ${r.txBufferPercent} % of its buffer free`;
}

const transferNames: Record<string, string> = {
  mission: 'the mission',
  fence: 'the fence',
  rally: 'the rally points',
  parameters: 'parameters',
  file: 'a file',
  log: 'a log',
};

/** The station can cancel these. */
const cancellable: readonly string[] = ['mission', 'fence', 'rally', 'parameters', 'file', 'log'];

export interface TransferLine {
  words: string;
  /** 'items' or bytes, as far as it is: '12 of 40'. */
  progress: string;
  /** Between 0 and 1; undefined while the whole is not known. */
  share: number | undefined;
  cancellable: boolean;
}

export function transferLine(t: Transfer): TransferLine {
  const bytes = t.kind === 'file' || t.kind === 'log';
  const figure = (n: number): string => (bytes ? size(n) : String(n));
  const known = t.total !== undefined && t.total > 0;
  return {
    words: `${t.upload ? 'Sends' : 'Reads'} ${transferNames[t.kind] ?? t.kind}`,
    progress: known ? `${figure(t.done)} of ${figure(t.total ?? 0)}` : figure(t.done),
    share: known ? Math.min(1, Math.max(0, t.done / (t.total ?? 1))) : undefined,
    cancellable: cancellable.includes(t.kind),
  };
}

/** Bytes in words: '1.2 MiB'. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${Math.round(bytes)} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

const planLabels: Record<string, string> = { mission: 'Mission', fence: 'Fence', rally: 'Rally points' };

export function planLines(v: Vehicle): Line[] {
  return (v.plans ?? []).map((p) => ({ key: p.kind, label: planLabels[p.kind] ?? p.kind, ...planWords(p, v) }));
}

function planWords(p: PlanState, v: Vehicle): { tone: Tone; text: string } {
  if (p.unknown) return { tone: 'bad', text: p.note ?? 'an upload was cut: what the vehicle holds is not known' };
  const parts: string[] = [];
  if (p.changedAt !== undefined) parts.push(`changed at ${clockTime(p.changedAt)} by ${p.changedBy ?? 'another station'}`);
  if (p.note) parts.push(p.note);
  const tone: Tone = parts.length > 0 ? 'caution' : 'info';
  if (p.count !== undefined) parts.unshift(countWords(p, v));
  if (parts.length === 0) parts.push('not read yet');
  return { tone, text: parts.join(' · ') };
}

function countWords(p: PlanState, v: Vehicle): string {
  const n = p.count ?? 0;
  const things = p.kind === 'rally' ? 'point' : 'item';
  const current = p.kind === 'mission' && n > 0 && v.mission?.current !== undefined ? `, now at ${v.mission.current}` : '';
  return n === 0 ? 'none' : `${n} ${things}${n === 1 ? '' : 's'}${current}`;
}

const leadingWords: Record<string, string> = { orbit: 'Circles a place', landAt: 'Flies to a place to land', follow: 'Follows' };

/** What the vehicle is at just now by somebody's command, one sentence each. */
export function atWork(v: Vehicle): string[] {
  const out: string[] = [];
  if (v.leading) {
    out.push(`${leadingWords[v.leading.kind] ?? v.leading.kind}, led by the station${v.leading.by ? ` for ${v.leading.by}` : ''}`);
  }
  if (v.pending) {
    const name = v.pending.command.replace(/^MAV_CMD_/, '').replaceAll('_', ' ').toLowerCase();
    out.push(`At work: ${name}${v.pending.percent === undefined ? '' : `, ${Math.round(v.pending.percent)} %`}`);
  }
  return out;
}

/** Whether a standing vehicle would arm, with each reason against it. An armed one has nothing to say here. */
export function armingLines(v: Vehicle): Line[] {
  if (!v.arming || v.armed) return [];
  const reasons = v.arming.reasons ?? [];
  const lines = reasons.map((r, i): Line => ({
    key: `${i}-${r.text}`,
    label: '',
    tone: r.warning ? 'caution' : 'bad',
    text: r.source === 'remoteId' ? `Remote ID: ${r.text}` : r.text,
  }));
  if (lines.length > 0) return lines;
  if (v.arming.ready === undefined) return [];
  const [tone, text] = v.arming.ready ? (['ok', 'ready to arm'] as const) : (['bad', 'not ready to arm; no reason given'] as const);
  return [{ key: 'ready', label: '', tone, text }];
}
