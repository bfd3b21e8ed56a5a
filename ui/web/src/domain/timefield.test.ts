import { expect, it } from 'vitest';
import { fieldTime, timeOfField } from './timefield';

it('writes an instant by ISO 8601 in UTC, with the seconds where there are any', () => {
  expect(fieldTime(Date.UTC(2026, 10, 27, 14, 3))).toBe('2026-11-27 14:03');
  expect(fieldTime(Date.UTC(2026, 10, 27, 14, 3, 5))).toBe('2026-11-27 14:03:05');
});

it('reads what it writes, and what a report or the API has', () => {
  for (const text of ['2026-11-27 14:03:05', ' 2026-11-27T14:03:05Z ']) expect(timeOfField(text)).toBe(Date.UTC(2026, 10, 27, 14, 3, 5));
  expect(timeOfField('2026-11-27 14:03')).toBe(Date.UTC(2026, 10, 27, 14, 3));
});

it('takes no day that there is not, and no order of another country', () => {
  for (const text of ['', '2026-02-30 10:00', '2026-11-27 24:30', '27.11.2026 14:03', '11/27/2026 2:03 PM', '2026-11-27', 'now', '2026-13-40T99:00']) expect(timeOfField(text)).toBeUndefined();
});
