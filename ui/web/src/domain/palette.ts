/** The command palette: one list of everything that can be done, found by its words. */
import type { Action } from './keys';
import { shortcuts } from './keys';

export interface Entry {
  id: string;
  words: string;
  /** The key that does the same. */
  action?: Action;
  /** Why it cannot be done now. */
  off?: string | undefined;
  /** What is asked before it is done: everything that moves or frees a vehicle asks. */
  ask?: string;
  run(): void;
}

/** The key of an entry, as it stands on the keyboard. */
export function keyOf(entry: Entry): string | undefined {
  return entry.action === undefined ? undefined : shortcuts.find((s) => s.action === entry.action)?.keys[0];
}

/**
 * The entries that have all of the typed words, best first: a word that begins one of the entry's counts more than one in the
 * middle, and what can be done now more than what cannot.
 */
export function find(entries: readonly Entry[], typed: string): Entry[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter((w) => w !== '');
  return entries
    .map((entry, i) => ({ entry, i, score: score(entry, wanted) }))
    .filter((e) => e.score >= 0)
    .sort((a, b) => b.score - a.score || a.i - b.i)
    .map((e) => e.entry);
}

function score(entry: Entry, wanted: readonly string[]): number {
  const words = entry.words.toLowerCase();
  let sum = entry.off === undefined ? 1 : 0;
  for (const w of wanted) {
    const at = words.indexOf(w);
    if (at < 0) return -1;
    sum += at === 0 ? 4 : words.includes(` ${w}`) ? 3 : 1;
  }
  return sum;
}
