/** The order of the alert queue, and which proposal one key approves. */
import type { Alert, Cue } from './model';

const severityRank = { critical: 0, serious: 1, caution: 2 } as const;

/** Open: new or acknowledged. */
export function isOpen(alert: Alert): boolean {
  return alert.state === 'new' || alert.state === 'acknowledged';
}

/** Open before closed, then by severity, new before acknowledged, newest first. */
export function sortAlerts(alerts: Iterable<Alert>): Alert[] {
  return [...alerts].sort(
    (a, b) =>
      Number(isOpen(b)) - Number(isOpen(a)) ||
      (isOpen(a) ? severityRank[a.severity] - severityRank[b.severity] : 0) ||
      Number(b.state === 'new') - Number(a.state === 'new') ||
      b.raisedAt - a.raisedAt ||
      a.id.localeCompare(b.id),
  );
}

/** The newest cue that belongs to an alert, by its id or by the alert's own link. */
export function cueOf(alert: Alert, cues: Iterable<Cue>): Cue | undefined {
  let found: Cue | undefined;
  for (const cue of cues) {
    if (cue.id !== alert.cueId && cue.alertId !== alert.id) continue;
    if (!found || rank(cue) > rank(found)) found = cue;
  }
  return found;
}

function rank(cue: Cue): number {
  const live = cue.state === 'proposed' || cue.state === 'approved' || cue.state === 'active';
  return (live ? 1e15 : 0) + (cue.createdAt ?? 0);
}

/** Whether a cue can still be decided at this instant. */
export function isProposed(cue: Cue, nowMs: number): boolean {
  return cue.state === 'proposed' && (cue.expiresAt === undefined || cue.expiresAt > nowMs);
}

/** The proposals that came without an alert, and those under way: what is only worth a look, newest first. */
export function looks(cues: readonly Cue[], nowMs: number): Cue[] {
  return cues
    .filter((c) => c.alertId === undefined && (isProposed(c, nowMs) || c.state === 'approved' || c.state === 'active'))
    .sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0) || a.id.localeCompare(b.id));
}

/**
 * The cue that the approve key acts on: the selected alert's if it has a proposal, else the first in the queue's order, else the newest that came
 * without an alert. The page marks exactly this one with the key.
 */
export function topCue(
  alerts: readonly Alert[],
  cues: readonly Cue[],
  selected: string | undefined,
  nowMs: number,
): Cue | undefined {
  const proposals = alerts
    .filter(isOpen)
    .map((alert) => ({ alert, cue: cueOf(alert, cues) }))
    .filter((p): p is { alert: Alert; cue: Cue } => p.cue !== undefined && isProposed(p.cue, nowMs));
  return (proposals.find((p) => p.alert.id === selected) ?? proposals[0])?.cue ?? looks(cues, nowMs).find((c) => c.state === 'proposed');
}
