import { describe, expect, it } from 'vitest';
import { alert, type Alert } from './model';
import { shiftReport } from './shift';

const t0 = Date.UTC(2026, 10, 26, 6);
const t = (min: number) => new Date(t0 + min * 60_000).toISOString();
const one = (id: string, min: number, more: object = {}): Alert =>
  alert({ id, state: 'new', severity: 'serious', title: `Alert ${id}`, raisedAt: t(min), ...more }, 'alert');

describe('a shift report', () => {
  const all = [
    one('a-4', 500),
    one('a-3', 30, { state: 'false', decidedBy: 'ben', decidedAt: t(40), history: [{ t: t(40), who: 'ben', what: 'called it false', note: '<b>a fox</b>' }] }),
    one('a-2', 10),
    one('a-1', -60, { state: 'resolved', severity: 'critical', decidedBy: 'ann', decidedAt: t(5) }),
    one('a-0', -90, { state: 'resolved', decidedBy: 'ann', decidedAt: t(-80) }),
  ];
  const report = shiftReport(all, t0, t0 + 480 * 60_000);

  it('counts what was raised in its time, and lists what was raised or decided in it, the oldest first', () => {
    expect([report.raised, report.states, report.severities]).toEqual([2, [['false', 1], ['new', 1]], [['serious', 2]]]);
    expect(report.rows.map((r) => r.id)).toEqual(['a-1', 'a-2', 'a-3']);
    expect(report.deciders).toEqual([['ann', 1], ['ben', 1]]);
  });
  it('tells who decided what, with the note', () => {
    expect(report.rows[2]).toMatchObject({ raised: '2026-11-26 06:30:00', state: 'called false', history: ['ben called it false at 06:40:00: <b>a fox</b>'] });
  });
});
