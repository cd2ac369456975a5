import { StringStream } from '@codemirror/language';
import { expect, test } from 'vitest';
import { startState, token } from './language';

/** The pieces of a text that have a tag. */
function tagged(text: string): [string, string][] {
  const state = startState();
  return text.split('\n').flatMap((line) => {
    const stream = new StringStream(line, 2, 2);
    const found: [string, string][] = [];
    while (!stream.eol()) {
      stream.start = stream.pos;
      const tag = token(stream, state);
      if (tag && tag !== 'bracket') found.push([stream.current(), tag]);
    }
    return found;
  });
}

test('words of the language are told from names', () => {
  expect(
    tagged('type type\n  relations\n    define from: [group#member] or viewer from parent # why'),
  ).toEqual([
    ['type', 'keyword'],
    ['type', 'typeName'],
    ['relations', 'keyword'],
    ['define', 'keyword'],
    ['from', 'propertyName'],
    ['member', 'propertyName'],
    ['or', 'operatorKeyword'],
    ['from', 'operatorKeyword'],
    ['# why', 'comment'],
  ]);
});

test('a condition is CEL, an assertion holds JSON', () => {
  expect(
    tagged(
      'condition c(x: int) {\n  type == "a" // note\n}\nassertions\n  check user:a is b:1 with {"x": 9} is true',
    ),
  ).toEqual([
    ['condition', 'keyword'],
    ['c', 'typeName'],
    ['"a"', 'string'],
    ['// note', 'comment'],
    ['assertions', 'keyword'],
    ['check', 'keyword'],
    ['is', 'operatorKeyword'],
    ['1', 'number'],
    ['with', 'operatorKeyword'],
    ['"x"', 'string'],
    ['9', 'number'],
    ['is', 'operatorKeyword'],
    ['true', 'bool'],
  ]);
});
