import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { type DocumentNode, print, stripIgnoredCharacters } from 'graphql';
import { defineConfig, type Plugin } from 'vite';

const SERVER = 'http://localhost:8000';
const PROXIED = ['/graphql', '/signin', '/signout', '/oauth2', '/.well-known'];

/** GraphiQL carries its fonts as data: URLs, half a megabyte that the page's policy refuses; ours serve as well. */
function withoutGraphiqlFonts(): Plugin {
  return {
    name: 'without-graphiql-fonts',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('/graphiql/dist/style.css')) return null;
      return { code: code.replace(/@font-face\s*\{[^}]*data:font[^}]*\}/g, ''), map: null };
    },
  };
}

const DOCUMENT = /^(export const \w+ = )(\{"kind":"Document".*\})( as unknown as DocumentNode<.*>;)$/gm;

/** The first page carries the documents of all pages. Texts, which urql takes too, are smaller than trees. */
function documentsAsTexts(): Plugin {
  return {
    name: 'documents-as-texts',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/src/gen/graphql.ts')) return null;
      const toText = (json: string) => stripIgnoredCharacters(print(JSON.parse(json) as DocumentNode));
      const replaced = code.replace(
        DOCUMENT,
        (_line, name: string, json: string, type: string) => `${name}${JSON.stringify(toText(json))}${type}`,
      );
      if (replaced === code) this.error('no documents were found in the generated code');
      return { code: replaced, map: null };
    },
  };
}

export default defineConfig({
  base: '/admin/',
  plugins: [react(), documentsAsTexts(), withoutGraphiqlFonts()],
  build: {
    outDir: '../app/web_dist',
    emptyOutDir: true,
    target: 'es2022',
    // The first that know light-dark(), which the styles use throughout.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    manifest: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Keeps what only GraphiQL needs out of the chunks that both pages share.
          groups: [
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: 'graphql', test: /node_modules\/graphql\// },
          ],
        },
      },
      input: {
        admin: resolve(import.meta.dirname, 'index.html'),
        graphiql: resolve(import.meta.dirname, 'graphiql.html'),
      },
    },
  },
  worker: { format: 'es' },
  server: {
    fs: { allow: ['..'] },
    proxy: Object.fromEntries(PROXIED.map((path) => [path, { target: SERVER, changeOrigin: false }])),
  },
});
