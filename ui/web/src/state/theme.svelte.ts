/** The theme the page wears, remembered in this browser. */
export const themes = ['dark', 'day', 'red'] as const;
export type ThemeName = (typeof themes)[number];

export const themeWords: Record<ThemeName, string> = { dark: 'Dark', day: 'Day', red: 'Red night' };

const key = 'vedette.theme.1';

export class Theme {
  name = $state<ThemeName>('dark');

  constructor() {
    this.set(themes.find((t) => t === remembered()) ?? 'dark');
  }

  set(name: ThemeName): void {
    document.documentElement.dataset['theme'] = name;
    this.name = name;
    try {
      localStorage.setItem(key, name);
    } catch {
      // A browser that keeps nothing wears the default next time.
    }
  }

  next(): void {
    this.set(themes[(themes.indexOf(this.name) + 1) % themes.length]!);
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
