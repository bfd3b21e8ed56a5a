// Weighs the built page as it goes over the wire, and fails when it is heavier than allowed. Usage: node dev/weigh.mjs [FOLDER]
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const mostKB = 800; // all of it, with gzip -9
const folder = process.argv[2] ?? 'dist';

const byKind = new Map();
let sum = 0;
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const bytes = gzipSync(readFileSync(join(entry.parentPath ?? entry.path, entry.name)), { level: 9 }).length;
  const kind = extname(entry.name) || entry.name;
  byKind.set(kind, (byKind.get(kind) ?? 0) + bytes);
  sum += bytes;
}
const kB = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;
const kinds = [...byKind].sort((a, b) => b[1] - a[1]).map(([kind, bytes]) => `${kind} ${kB(bytes)}`);
console.log(`the page weighs ${kB(sum)} with gzip -9 (at most ${mostKB} kB): ${kinds.join(', ')}`);
if (sum > mostKB * 1000) {
  console.error('The page is too heavy: leave something out, or load it only where it is used.');
  process.exit(1);
}
