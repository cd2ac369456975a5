// Prints each operation of the console's generated code as urql sends it: name → text, as JSON.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , web] = process.argv;
const load = (name) => import(pathToFileURL(createRequire(`${web}/package.json`).resolve(name)));
const { formatDocument, stringifyDocument } = await load('@urql/core');

const generated = readFileSync(`${web}/src/gen/graphql.ts`, 'utf8');
const written = [...generated.matchAll(/^export const (\w+)Document = (\{.*\}) as unknown as DocumentNode</gm)];
const texts = written.map(([, name, json]) => [name, stringifyDocument(formatDocument(JSON.parse(json)))]);
process.stdout.write(JSON.stringify(Object.fromEntries(texts)));
