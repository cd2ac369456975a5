// Measures what a browser loads before the first page shows: the entry of the SPA and the heaviest
// page, with all that both import; what opens on demand is no page. Fails above the budget. Run it after `npm run build`.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET_KB = 200;
const DIST = new URL('../../app/web_dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', DIST), 'utf8'));
const sizes = new Map();

function gzipKb(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(new URL(file, DIST))).length / 1024);
  return sizes.get(file);
}

function closure(key, files = new Set()) {
  const chunk = manifest[key];
  if (files.has(chunk.file)) return files;
  files.add(chunk.file);
  for (const imported of chunk.imports ?? []) closure(imported, files);
  return files;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}

function total(files) {
  return [...files].reduce((sum, file) => sum + gzipKb(file), 0);
}

const entry = closure('index.html');
const pages = (manifest['index.html'].dynamicImports ?? [])
  .filter((key) => key.endsWith('Page.tsx'))
  .map((key) => ({ name: manifest[key].name, size: total(closure(key, new Set(entry))) }))
  .sort((a, b) => b.size - a.size);
const graphiql = total(closure('graphiql.html'));

print(`entry      ${total(entry).toFixed(1)} KB gzip`);
for (const { name, size } of pages) print(`  ${name.padEnd(14)} ${size.toFixed(1)} KB`);
print(`graphiql   ${graphiql.toFixed(1)} KB gzip (apart, no budget)`);

const heaviest = pages[0]?.size ?? total(entry);
if (heaviest > BUDGET_KB) {
  process.stderr.write(`The first load is ${heaviest.toFixed(1)} KB; the budget is ${BUDGET_KB} KB.\n`);
  process.exit(1);
}
