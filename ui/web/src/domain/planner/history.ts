/** Undo and redo: the drafts before and after the one that is shown. */
export interface History<T> {
  past: readonly T[];
  now: T;
  future: readonly T[];
  /** What the last change was; changes of the same kind in a row, like a drag, are one step. */
  kind?: string | undefined;
}

const most = 200;

export function begin<T>(now: T): History<T> {
  return { past: [], now, future: [] };
}

/** kind joins changes into one step: give the same for each move of one drag. */
export function change<T>(h: History<T>, now: T, kind?: string): History<T> {
  if (now === h.now) return h;
  if (kind !== undefined && kind === h.kind) return { ...h, now, future: [] };
  return { past: [...h.past, h.now].slice(-most), now, future: [], kind };
}

export function undo<T>(h: History<T>): History<T> {
  const before = h.past.at(-1);
  return before === undefined ? h : { past: h.past.slice(0, -1), now: before, future: [h.now, ...h.future] };
}

export function redo<T>(h: History<T>): History<T> {
  const [after, ...future] = h.future;
  return after === undefined ? h : { past: [...h.past, h.now], now: after, future };
}

/** Ends a step: the next change is one of its own, whatever its kind. */
export function settle<T>(h: History<T>): History<T> {
  return { ...h, kind: undefined };
}
