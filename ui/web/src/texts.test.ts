import { describe, expect, it } from 'vitest';
import { strays } from './strays';
import { texts } from './texts';

const sources = import.meta.glob<string>(['./**/*.svelte', './**/*.ts', '!./**/*.test.ts', '!./**/*.d.ts', '!./texts.ts', '!./strays.ts', '!./map/trackshaders.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

describe('texts', () => {
  it('stand in one file', () => {
    expect(Object.keys(sources).length).toBeGreaterThan(100);
    const all = Object.entries(sources).flatMap(([file, source]) => strays(file, source).map((s) => `${file}:${s.line} ${s.text}`));
    expect(all).toEqual([]);
  }, 60_000);

  it('have the form that a number asks for', () => {
    expect([0, 1, 2].map(texts.recordings.files)).toEqual(['0 files', '1 file', '2 files']);
    expect(texts.planTransfer.count(1, 0, 3)).toBe('1 item, 0 fence areas, 3 rally points');
  });
});

describe('strays', () => {
  const found = (source: string, file = 'a.svelte'): string[] => strays(file, source).map((s) => `${s.line} ${s.text}`);

  it('are what is shown or spoken', () => {
    expect(found('<p>\n Hello <b>there</b></p>')).toEqual(['1 Hello', '2 there']);
    expect(found('<button title="Shut" aria-label={on ? "Off" : texts.on}>×</button>')).toEqual(['1 Shut', '1 Off']);
    expect(found('<p>{#if on}{n > 1 ? `${n} birds` : one}{:else}{names[{ a: "none" }[k]]}{/if}</p>')).toEqual(['1 birds']);
    expect(found('<Fold label="more" />{@render big("speed", v)}<p>{{ on: "running" }[state]}</p>')).toEqual(['1 more', '1 speed', '1 running']);
    expect(found('<script>\nconst why = "nobody is there";\n</script>')).toEqual(['2 nobody is there']);
    expect(found('export const name = (n: number) => `Item ${n}`;', 'a.ts')).toEqual(['1 Item']);
  });

  it('are not what is a name, a unit or a sign', () => {
    expect(found('<p class="soft small" data-testid="some-id">{n} km · 3 m/s ✕ <kbd>Esc</kbd> <code>a word</code></p>')).toEqual([]);
    expect(found("<p>{state === 'live' ? texts.live : ''}{quantity(v, 'metres')}</p>")).toEqual([]);
    expect(found("import x from './some where'; const a: 'one two' = f(k['Name']); throw new Error('no such thing');", 'a.ts')).toEqual(['1 Name']);
  });
});
