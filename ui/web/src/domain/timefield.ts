/** Dates and times as they are typed: by ISO 8601 in UTC, the same in every browser. */

/** '2026-11-27 14:03', with the seconds where there are any. */
export function fieldTime(ms: number): string {
  const text = new Date(ms).toISOString().replace('T', ' ');
  return text.slice(0, text.slice(17, 19) === '00' ? 16 : 19);
}

const form = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)Z?$/;

/** The instant that is typed; undefined where that is none, as the 30th of February. */
export function timeOfField(text: string): number | undefined {
  const found = form.exec(text.trim());
  if (!found) return undefined;
  const iso = `${found[1]!}T${found[2]!.length === 5 ? `${found[2]!}:00` : found[2]!}`;
  const ms = Date.parse(`${iso}Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(iso) ? ms : undefined;
}
