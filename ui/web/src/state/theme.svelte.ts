/** The theme the page wears, remembered in this browser for each account. */
import { remember, remembered } from './remembered';

export const themes = ['dark', 'day', 'red'] as const;
export type ThemeName = (typeof themes)[number];

/** Before anybody signs in, the page wears what it wore last: nobody's eyes are blinded by the sign-in page. */
const lastOne = '';

export class Theme {
  name = $state<ThemeName>('dark');
  private user = lastOne;

  constructor() {
    this.wear(themeOf(remembered(lastOne, 'theme')) ?? 'dark');
  }

  /** Takes on the theme of who has signed in. */
  of(user: string): void {
    this.user = user;
    const name = themeOf(remembered(user, 'theme'));
    if (name) this.wear(name);
  }

  set(name: ThemeName): void {
    this.wear(name);
    remember(this.user, 'theme', name);
    remember(lastOne, 'theme', name);
  }

  next(): void {
    this.set(themes[(themes.indexOf(this.name) + 1) % themes.length]!);
  }

  private wear(name: ThemeName): void {
    document.documentElement.dataset['theme'] = name;
    this.name = name;
  }
}

function themeOf(value: unknown): ThemeName | undefined {
  return themes.find((t) => t === value);
}
