import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { chosenParts, drawnSets, thinParts, thinStyles } from './thin.mjs';

const whole = new URL('../node_modules/milsymbol/', import.meta.url).pathname;
const folders = [];
afterAll(() => folders.forEach((f) => rmSync(f, { recursive: true })));

/** Milsymbol with the sets of the console, its parts as `change` gives them. */
async function library(change) {
  const folder = mkdtempSync(join(tmpdir(), 'milsymbol-'));
  folders.push(folder);
  cpSync(join(whole, 'src'), join(folder, 'src'), { recursive: true });
  for (const name of ['index.mjs', 'package.json']) cpSync(join(whole, name), join(folder, name));
  const parts = join(folder, 'src/iconparts');
  for (const name of readdirSync(parts)) if (name !== 'iconparts-functions.js') writeFileSync(join(parts, name), change(readFileSync(join(parts, name), 'utf8')));
  const all = await import(/* @vite-ignore */ join(folder, 'index.mjs'));
  all.ms.addIcons(drawnSets().map((s) => all[`number${s}`]));
  return all.ms;
}

/** All codes of the sets, by the library itself: each icon, and each modifier on the first icon of its set. */
function codes(ms, affiliation) {
  const anything = new Proxy({}, { get: () => ({}) });
  return ['01', '10', '11', '15', '20', '27', '30'].flatMap((symbolSet) => {
    const { icons, m1, m2 } = ms._getIcons.number(ms, symbolSet, anything, true, '');
    const first = Object.keys(icons)[0] ?? '000000';
    const ends = [...Object.keys(icons).map((i) => `${i}0000`), ...Object.keys(m1).map((m) => `${first}${m}00`), ...Object.keys(m2).map((m) => `${first}00${m}`)];
    return ends.map((end) => `100${affiliation}${symbolSet}0000${end}`);
  });
}

const drawings = (ms, of) => of.map((code) => `${code} ${new ms.Symbol(code, { size: 20 }).asSVG()}`);

describe('milsymbol, made lighter', () => {
  it('draws every code of its sets as it did, and notices a part that is missing', async () => {
    const full = await library((code) => code);
    const all = codes(full, '1');
    expect(all.length).toBeGreaterThan(1_000);
    const before = drawings(full, all);
    const changed = (ms) => drawings(ms, all).filter((d, i) => d !== before[i]);
    const chosen = chosenParts();
    expect(changed(await library((code) => thinParts(code, chosen)))).toEqual([]);
    const fewer = new Set([...chosen].filter((name) => name !== 'GR.EQ.TENT CIVILIAN'));
    expect(changed(await library((code) => thinParts(code, fewer)))).not.toEqual([]);
  }, 60_000);
});

describe("MapLibre's styles, made lighter", () => {
  const css = readFileSync(new URL('../node_modules/maplibre-gl/dist/maplibre-gl.css', import.meta.url), 'utf8');

  it('keep what the map has, and lose the pictures of controls that it has not', () => {
    const light = thinStyles(css);
    for (const kept of ['.maplibregl-canvas{', '.maplibregl-ctrl-scale{', '.maplibregl-ctrl-bottom-left{', '.maplibregl-boxzoom{', 'touch-action:none']) expect(light).toContain(kept);
    for (const lost of ['url(', 'geolocate', 'popup', 'prefers-color-scheme']) expect(light).not.toContain(lost);
  });

  it('stay whole where rules lie in rules, and where a selector is shared', () => {
    expect(thinStyles('a{b:c}@media x{.maplibregl-popup{d:e}f{g:h}}@keyframes k{0%{i:j}to{l:m}}.maplibregl-popup,n{o:p}')).toBe(
      'a{b:c}@media x{f{g:h}}@keyframes k{0%{i:j}to{l:m}}.maplibregl-popup,n{o:p}',
    );
    expect(thinStyles('@media x{.maplibregl-popup{d:e}}')).toBe('');
  });
});
