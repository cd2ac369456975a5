import { StreamLanguage, type StringStream } from '@codemirror/language';

interface State {
  /** What the next name is, after a word that introduces one. */
  next: 'type' | 'define' | null;
  /** Open braces of a condition: inside is CEL. */
  depth: number;
  isLineStart: boolean;
}

const LINE_WORDS = new Set([
  'model',
  'schema',
  'type',
  'relations',
  'permissions',
  'define',
  'condition',
  'assertions',
  'given',
  'check',
]);
const WORDS = new Set(['or', 'and', 'but', 'not', 'from', 'with', 'hierarchy', 'policy', 'is']);
const VALUES = new Set(['true', 'false', 'undecided', 'null']);
const INTRODUCED: Record<string, State['next']> = { type: 'type', condition: 'type', define: 'define' };

export function startState(): State {
  return { next: null, depth: 0, isLineStart: true };
}

/** The highlighting tag of the next piece of a line. */
export function token(stream: StringStream, state: State): string | null {
  if (stream.sol()) {
    state.isLineStart = true;
    state.next = null;
  }
  if (stream.eatSpace()) return null;
  const isAfterSpace = stream.pos === 0 || /\s/.test(stream.string.charAt(stream.pos - 1));
  if (isAfterSpace && stream.match(/^#.*/)) return 'comment';
  if (state.depth > 0 && stream.match(/^\/\/.*/)) return 'comment';
  if (stream.match(/^"(?:\\.|[^"\\])*"?/) || stream.match(/^'(?:\\.|[^'\\])*'?/)) return 'string';
  const isLineStart = state.isLineStart;
  state.isLineStart = false;
  const before = stream.string.charAt(stream.pos - 1);
  if (stream.match(/^\d+(?:\.\d+)?/)) return 'number';
  if (stream.match(/^[A-Za-z_][\w.-]*/)) return word(stream.current(), state, isLineStart, before);
  return mark(stream.next() ?? '', state);
}

function word(text: string, state: State, isLineStart: boolean, before: string): string | null {
  if (state.depth > 0) return VALUES.has(text) ? 'bool' : null;
  if (state.next) {
    const tag = state.next === 'type' ? 'typeName' : 'propertyName';
    state.next = null;
    return tag;
  }
  if (isLineStart && LINE_WORDS.has(text)) {
    state.next = INTRODUCED[text] ?? null;
    return 'keyword';
  }
  if (before === ':' || before === '#' || before === '@') return before === '#' ? 'propertyName' : null;
  if (WORDS.has(text)) return 'operatorKeyword';
  return VALUES.has(text) ? 'bool' : null;
}

function mark(character: string, state: State): string | null {
  if (character === '{') state.depth += 1;
  if (character === '}') state.depth = Math.max(0, state.depth - 1);
  return '[]{}()'.includes(character) ? 'bracket' : null;
}

export const modelLanguage = StreamLanguage.define<State>({
  name: 'auther-model',
  startState,
  token,
  languageData: { commentTokens: { line: '#' } },
});
