/** What this browser remembers for each account. A browser that keeps nothing starts anew each time. */
const prefix = 'vedette.1';

export function remember(user: string, what: string, value: unknown): void {
  try {
    localStorage.setItem(`${prefix}.${user}.${what}`, JSON.stringify(value));
  } catch {
    // Full, or forbidden by the browser's settings.
  }
}

/** What was remembered; undefined when nothing was, or when it cannot be read. */
export function remembered(user: string, what: string): unknown {
  try {
    const text = localStorage.getItem(`${prefix}.${user}.${what}`);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
