/**
 * Finds texts outside texts.ts, for its test. In a component's markup every letter that is shown or spoken counts, but for
 * the few words below; in code what looks like a sentence, several words or one with a capital. A single small word in code
 * may be anything, so those are found by reading alone.
 */
import { parse } from 'svelte/compiler';

/** Units, formats and names that are the same in every language, besides single letters. */
const sameEverywhere = new Set(['km', 'ms', 'min', 'MB', 'AGL', 'AMSL', 'UTC', 'KLV', 'Ctrl', 'Vedette']);

/** What is read aloud or shown of an element or a component. */
const spoken = new Set([
  'title', 'alt', 'placeholder', 'label', 'heading', 'summary', 'confirm',
  'aria-label', 'aria-description', 'aria-roledescription', 'aria-valuetext', 'aria-placeholder',
]);

/** Words of protocols and of the browser that look like texts in code. */
const protocol = new Set([
  'Escape', 'Enter', 'Space', 'Home', 'End', 'Delete', 'Backspace', 'Arrow', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight',
  'Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon', 'Feature', 'FeatureCollection', 'GeometryCollection',
  'Content-Type', 'Location', 'Link', 'Infinity', 'Ctrl K', 'Light', 'Label Semibold',
]);

const protocolForms = /sans-serif$|^video\/mp4|^\(prefers-/;

/** What these are given is for the browser, or tells whoever mends the console what is wrong. */
const notForPeople = new Set(['matches', 'querySelector', 'Error', 'DecodeError', 'bad', 'problem']);

export interface Stray {
  line: number;
  text: string;
}

interface Node {
  type: string;
  start: number;
  [member: string]: unknown;
}

export function strays(file: string, source: string): Stray[] {
  // The compiler reads TypeScript as well, within a script.
  const wrapped = file.endsWith('.svelte') ? source : `<script lang="ts">${source}</script>`;
  const root = parse(wrapped, { modern: true }) as unknown as { fragment: Node; instance: Node | null; module: Node | null };
  const found: Stray[] = [];
  const add = (node: Node, text: string): void => {
    found.push({ line: wrapped.slice(0, node.start).split('\n').length, text: text.trim().replace(/\s+/g, ' ') });
  };
  markup(root.fragment, add);
  code(root.instance?.['content'], add);
  code(root.module?.['content'], add);
  return found;
}

type Add = (node: Node, text: string) => void;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

function children(node: Node): Node[] {
  return Object.values(node).flatMap((v): unknown[] => (Array.isArray(v) ? v : [v])).filter(isNode);
}

/** The markup of a component: elements, blocks, what they show. */
function markup(node: Node, add: Add): void {
  switch (node.type) {
    case 'Text':
      if (hasWords(String(node['data']))) add(node, String(node['data']));
      return;
    case 'RegularElement':
      if (node['name'] === 'code' || node['name'] === 'kbd') return;
      break;
    case 'Attribute':
      attribute(node, add);
      return;
    case 'ExpressionTag':
      shown(node['expression'], add);
      return;
    case 'RenderTag':
      rendered(node['expression'], add);
      return;
    default:
      if (!markupTypes.test(node.type)) return code(node, add);
  }
  for (const child of children(node)) markup(child, add);
}

/** Everything else within markup is code. */
const markupTypes = /^(Fragment|Component|Text|Title|SnippetBlock|IfBlock|EachBlock|KeyBlock|AwaitBlock|Svelte.*|RegularElement)$/;

function attribute(node: Node, add: Add): void {
  const value = node['value'];
  const parts = (Array.isArray(value) ? value : [value]).filter(isNode);
  for (const part of parts) {
    if (spoken.has(String(node['name']))) markup(part, add);
    else if (part.type !== 'Text') code(part, add);
  }
}

/** The parameters of a snippet are shown by it. */
function rendered(expression: unknown, add: Add): void {
  const given = isNode(expression) ? expression['arguments'] : undefined;
  for (const value of Array.isArray(given) ? given : []) shown(value, add);
}

/** What an expression may come to, as far as it is written in it. */
function shown(value: unknown, add: Add): void {
  if (!isNode(value)) return;
  switch (value.type) {
    case 'Literal':
      if (typeof value['value'] === 'string' && hasWords(value['value'])) add(value, value['value']);
      return;
    case 'TemplateElement': {
      const text = written(value);
      if (hasWords(text)) add(value, text);
      return;
    }
    case 'ConditionalExpression':
      code(value['test'], add);
      shown(value['consequent'], add);
      shown(value['alternate'], add);
      return;
    case 'MemberExpression':
      // A choice from a table that is written where it is used.
      if (isNode(value['object']) && value['object'].type === 'ObjectExpression') return shown(value['object'], add);
      return code(value, add);
    case 'Property':
      return shown(value['value'], add);
    case 'BinaryExpression':
      if (value['operator'] !== '+') return code(value, add);
      break;
    case 'LogicalExpression':
    case 'TemplateLiteral':
    case 'ObjectExpression':
      break;
    default:
      return code(value, add);
  }
  for (const child of children(value)) shown(child, add);
}

/** Code, in which only what looks like a sentence is taken for a text. */
function code(value: unknown, add: Add): void {
  if (!isNode(value) || value.type.startsWith('TS') && !value.type.endsWith('Expression')) return;
  switch (value.type) {
    case 'Literal':
      if (typeof value['value'] === 'string' && isProse(value['value'])) add(value, value['value']);
      return;
    case 'TemplateElement':
      // '…Panel' after an expression ends a name.
      if (/\s/.test(written(value)) && isProse(written(value))) add(value, written(value));
      return;
    case 'ImportDeclaration':
      return;
    case 'NewExpression':
    case 'CallExpression':
      if (notForPeople.has(called(value))) return;
      break;
    default:
  }
  for (const child of children(value)) code(child, add);
}

/** The name of the function or method that is called. */
function called(call: Node): string {
  const { callee } = call;
  if (!isNode(callee)) return '';
  const of = callee.type === 'MemberExpression' ? callee['property'] : callee;
  return isNode(of) ? String(of['name']) : '';
}

function written(node: Node): string {
  return (node['value'] as { cooked?: string }).cooked ?? '';
}

function hasWords(text: string): boolean {
  return text.split(/[^\p{L}]+/u).some((word) => word.length > 1 && !sameEverywhere.has(word));
}

/** Two words, or one with a capital. */
function isProse(text: string): boolean {
  if (protocol.has(text) || protocolForms.test(text)) return false;
  return /\p{L}{2,}\S*\s+\S*\p{L}{2,}/u.test(text) ? hasWords(text) : /^\p{Lu}\p{Ll}+[.?!…]?$/u.test(text.trim());
}
