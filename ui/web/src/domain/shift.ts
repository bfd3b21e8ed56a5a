/** The report of a shift: what was raised and decided in a span of time. Times are UTC. */
import { clockTime, date } from './format';
import type { Alert } from './model';
import { texts } from '../texts';

export interface ShiftReport {
  /** Of the alerts raised in the time: how many in all, and how they stand now, by state. */
  raised: number;
  states: [string, number][];
  severities: [string, number][];
  /** Who decided how many. */
  deciders: [string, number][];
  /** Raised, changed or decided in the time; the oldest first. */
  rows: ShiftRow[];
}

export interface ShiftRow {
  id: string;
  raised: string;
  severity: string;
  title: string;
  state: string;
  /** 'operator acknowledged at 14:03:05: a fox'. */
  history: string[];
}

export function shiftReport(alerts: readonly Alert[], from: number, to: number): ShiftReport {
  const within = (t: number | undefined): boolean => t !== undefined && t >= from && t < to;
  const raised = alerts.filter((a) => within(a.raisedAt));
  const touched = alerts.filter((a) => within(a.raisedAt) || within(a.decidedAt) || a.history?.some((h) => within(h.t)));
  const decided = touched.filter((a) => a.decidedBy !== undefined && within(a.decidedAt));
  return {
    raised: raised.length,
    states: counted(raised.map((a) => a.state)),
    severities: counted(raised.map((a) => a.severity)),
    deciders: counted(decided.map((a) => a.decidedBy ?? '')),
    rows: [...touched].sort((a, b) => a.raisedAt - b.raisedAt).map(row),
  };
}

function row(a: Alert): ShiftRow {
  return {
    id: a.id,
    raised: `${date(a.raisedAt)} ${clockTime(a.raisedAt)}`,
    severity: a.severity,
    title: a.title,
    state: a.state === 'false' ? texts.shift.calledFalse : a.state,
    history: (a.history ?? []).map((h) => texts.shift.line(h.who ?? texts.shift.theStation, h.what, clockTime(h.t), h.note)),
  };
}

function counted(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const w of words) counts.set(w, (counts.get(w) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}
