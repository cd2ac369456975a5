/** A document of `graphql/`, as GraphiQL opens it. */
export interface Example {
  room: string;
  name: string;
  kind: 'query' | 'mutation' | 'subscription';
  description: string;
  /** The operation and every fragment that it needs, directly or through others. */
  query: string;
  /** The variables to fill in, as JSON. */
  variables: string;
}

type Sources = Record<string, string>;

const OPERATION = /^(query|mutation|subscription)\s+(\w+)/m;
const COMMENT = /^#\s*(.*)$/m;
const SPREAD = /\.\.\.\s*(?!on\b)(\w+)/g;
const REQUIRED_VARIABLE = /\$(\w+):\s*([\w[\]]+)!(?!\s*=)/g;

/** `../../graphql/users/UserBan.graphql` → `users` and `UserBan`. */
function place(path: string): { room: string; name: string } {
  const [room = '', file = ''] = path.split('/').slice(-2);
  return { room, name: file.replace(/\.graphql$/, '') };
}

function neededFragments(source: string, fragments: Sources, found = new Set<string>()): Set<string> {
  for (const [, name = ''] of source.matchAll(SPREAD)) {
    const fragment = fragments[name];
    if (fragment && !found.has(name)) {
      found.add(name);
      neededFragments(fragment, fragments, found);
    }
  }
  return found;
}

function withoutComment(source: string): string {
  return source.replace(/^(#.*\n)+/, '').trim();
}

/** `{"id": ""}` for `$id: ID!`; an input object begins as `{}`. */
function blankVariables(source: string): string {
  const blanks = [...source.matchAll(REQUIRED_VARIABLE)].map(([, name, type = '']) => [name, blank(type)]);
  return blanks.length > 0 ? JSON.stringify(Object.fromEntries(blanks), null, 2) : '';
}

function blank(type: string): unknown {
  if (type.startsWith('[')) return [];
  if (type.endsWith('Input')) return {};
  if (type === 'Boolean') return true;
  return type === 'Int' || type === 'Float' ? 0 : '';
}

/** Every operation among the sources (path → text), by room and name. */
export function examplesOf(sources: Sources): Example[] {
  const entries = Object.entries(sources).map(([path, source]) => ({ ...place(path), source }));
  const fragments = Object.fromEntries(
    entries.filter(({ room }) => room === 'fragments').map(({ name, source }) => [name, source]),
  );
  return entries
    .flatMap(({ room, name, source }) => {
      const kind = OPERATION.exec(source)?.[1] as Example['kind'] | undefined;
      if (!kind) return [];
      const parts = [
        source,
        ...[...neededFragments(source, fragments)].map((fragment) => fragments[fragment] ?? ''),
      ];
      return {
        room,
        name,
        kind,
        description: COMMENT.exec(source)?.[1] ?? '',
        query: `${parts.map(withoutComment).join('\n\n')}\n`,
        variables: blankVariables(source),
      };
    })
    .sort((a, b) => a.room.localeCompare(b.room) || a.name.localeCompare(b.name));
}
