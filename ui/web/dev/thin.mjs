// Makes two libraries lighter while the page is built, without taking anything from what it draws: of milsymbol the parts of
// icons that none of the symbol sets in src/map/milsymbol.ts is drawn with, and of MapLibre's styles those of controls that the map has not.
import { readdirSync, readFileSync } from 'node:fs';
import { parseAst } from 'vite';

const milsymbol = new URL('../node_modules/milsymbol/', import.meta.url).pathname;
const sets = new URL('../src/map/milsymbol.ts', import.meta.url).pathname;

const literals = (text) => [...text.matchAll(/"([^"\n]+)"|'([^'\n]+)'/g)].map((m) => m[1] ?? m[2]);

/** The names of symbol sets that the console draws from, as their files are called. */
export function drawnSets() {
  return [...new Set([...readFileSync(sets, 'utf8').matchAll(/\bnumber([a-z]+)\b/g)].map((m) => m[1]))];
}

/** Every word in quotes in what chooses the parts of an icon: more than are parts, never fewer. */
export function chosenParts() {
  const drawing = readdirSync(`${milsymbol}src/symbolfunctions`).map((f) => `symbolfunctions/${f}`);
  const files = [...drawnSets().map((s) => `numbersidc/sidc/${s}.js`), 'numbersidc/geticons.js', 'numbersidc/metadata.js', ...drawing];
  return new Set(files.flatMap((f) => literals(readFileSync(`${milsymbol}src/${f}`, 'utf8'))));
}

/** A file of milsymbol's iconparts without the parts that are neither chosen nor made part of one that is. */
export function thinParts(code, chosen) {
  const { body } = parseAst(code).body.find((n) => n.type === 'ExportDefaultDeclaration').declaration.body;
  const named = (n) => {
    const left = n.expression?.type === 'AssignmentExpression' ? n.expression.left : undefined;
    return left?.type === 'MemberExpression' && left.object.name === 'icn' && typeof left.property.value === 'string' ? left.property.value : undefined;
  };
  const text = (n) => code.slice(n.start, n.end);
  const rest = body.filter((n) => named(n) === undefined);
  const parts = body.filter((n) => named(n) !== undefined).map((n) => ({ n, name: named(n), uses: literals(text(n.expression.right)) }));
  const wanted = new Set([...chosen, ...rest.flatMap((n) => literals(text(n)))]);
  for (let before = -1; before !== wanted.size; ) {
    before = wanted.size;
    for (const { name, uses } of parts) if (wanted.has(name)) uses.forEach((use) => wanted.add(use));
  }
  const dropped = parts.filter(({ name }) => !wanted.has(name)).map(({ n }) => n);
  return [0, ...dropped.map((n) => n.end)].map((from, i) => code.slice(from, dropped[i]?.start)).join('');
}

/** Of MapLibre's controls the map has the scale; of its popups and markers none. */
const absent = /\.maplibregl-(ctrl-(group|attrib|logo|icon|compass|zoom|fullscreen|shrink|geolocate|globe|terrain)|ctrl button|popup|marker|user-location|cooperative-gesture)/;

/** MapLibre's styles without the rules of which every selector names something that the map has not. */
export function thinStyles(css) {
  let out = '';
  for (let at = 0; at < css.length; ) {
    const open = css.indexOf('{', at);
    if (open < 0) return out + css.slice(at);
    let end = open + 1;
    for (let depth = 1; depth > 0; end += 1) depth += css[end] === '{' ? 1 : css[end] === '}' ? -1 : 0;
    const head = css.slice(at, open);
    const inner = css.slice(open + 1, end - 1);
    if (/^\s*@media/.test(head)) {
      const kept = thinStyles(inner);
      if (kept.trim() !== '') out += `${head}{${kept}}`;
    } else if (!head.split(',').every((s) => absent.test(s))) out += css.slice(at, end);
    at = end;
  }
  return out;
}

/** The plugin for vite. */
export function thin() {
  let chosen;
  return {
    name: 'thin',
    enforce: 'pre',
    transform(code, id) {
      if (id.includes('/milsymbol/src/iconparts/') && !id.endsWith('iconparts-functions.js')) return { code: thinParts(code, (chosen ??= chosenParts())), map: null };
      if (id.includes('/maplibre-gl/dist/maplibre-gl.css')) return { code: thinStyles(code), map: null };
      return undefined;
    },
  };
}
