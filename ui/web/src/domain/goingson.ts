/** What goes on with a vehicle besides its flight, in lines: links, transfers, plans, commands at work, arming. */
import { clockTime, quantity, span } from './format';
import type { Line, Tone } from './health';
import type { Link, PlanState, StationLink, Transfer, Vehicle } from './model';
import { texts } from '../texts';

const words = texts.goingOn;

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
      label: l.name ?? words.link,
      tone,
      used,
      role: lost ? words.lost : used ? words.inUse : words.standby,
      text: lost ? lostWords(l, connection, nowMs) : linkWords(l, nowMs),
      radio: radioWords(connection),
    };
  });
}

function linkWords(l: Link, nowMs: number): string {
  const heard = l.lastHeard === undefined ? '' : ` · ${words.heard(span(nowMs - l.lastHeard))}`;
  return `${words.loss(quantity(l.lossPercent, '%', 1))} · ${quantity(l.rttMs, 'ms')}${heard}`;
}

function lostWords(l: Link, connection: StationLink | undefined, nowMs: number): string {
  const heard = l.lastHeard === undefined ? words.notHeard : words.lastHeard(span(nowMs - l.lastHeard));
  return connection?.problem ? `${heard} · ${connection.problem}` : heard;
}

function radioWords(connection: StationLink | undefined): string | undefined {
  const r = connection?.radio;
  if (!r) return undefined;
  return words.radio(r.rssi, r.noise, r.remoteRssi, r.remoteNoise, r.txBufferPercent);
}

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
    words: (t.upload ? words.sends : words.reads)(words.transfers[t.kind] ?? t.kind),
    progress: known ? words.progress(figure(t.done), figure(t.total ?? 0)) : figure(t.done),
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

export function planLines(v: Vehicle): Line[] {
  return (v.plans ?? []).map((p) => ({ key: p.kind, label: words.planLabels[p.kind] ?? p.kind, ...planWords(p, v) }));
}

function planWords(p: PlanState, v: Vehicle): { tone: Tone; text: string } {
  if (p.unknown) return { tone: 'bad', text: p.note ?? words.cut };
  const parts: string[] = [];
  if (p.changedAt !== undefined) parts.push(words.changed(clockTime(p.changedAt), p.changedBy));
  if (p.note) parts.push(p.note);
  const tone: Tone = parts.length > 0 ? 'caution' : 'info';
  if (p.count !== undefined) parts.unshift(countWords(p, v));
  if (parts.length === 0) parts.push(words.notRead);
  return { tone, text: parts.join(' · ') };
}

function countWords(p: PlanState, v: Vehicle): string {
  const n = p.count ?? 0;
  const current = p.kind === 'mission' && n > 0 && v.mission?.current !== undefined ? `, ${words.nowAt(v.mission.current)}` : '';
  return n === 0 ? words.noItems : `${p.kind === 'rally' ? words.points(n) : words.items(n)}${current}`;
}

/** What the vehicle is at just now by somebody's command, one sentence each. */
export function atWork(v: Vehicle): string[] {
  const out: string[] = [];
  if (v.leading) {
    out.push(words.led(words.leading[v.leading.kind] ?? v.leading.kind, v.leading.by));
  }
  if (v.pending) {
    const name = v.pending.command.replace(/^MAV_CMD_/, '').replaceAll('_', ' ').toLowerCase();
    out.push(`${words.atWork(name)}${v.pending.percent === undefined ? '' : `, ${Math.round(v.pending.percent)} %`}`);
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
    text: r.source === 'remoteId' ? words.remoteId(r.text) : r.text,
  }));
  if (lines.length > 0) return lines;
  if (v.arming.ready === undefined) return [];
  const [tone, text] = v.arming.ready ? (['ok', words.ready] as const) : (['bad', words.notReady] as const);
  return [{ key: 'ready', label: '', tone, text }];
}
