import { buildSchema, Kind, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import sdl from '../../../schema.graphql?raw';
import { examplesOf } from './examples';

const SOURCES = import.meta.glob<string>('../../../graphql/**/*.graphql', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const EXAMPLES = examplesOf(SOURCES);

describe('the documents of graphql/', () => {
  test.each(Object.entries(SOURCES))(
    '%s says what it is for and holds the one definition it is named after',
    (path, source) => {
      const { definitions } = parse(source);
      const [definition] = definitions;

      expect(source).toMatch(/^# \S/);
      expect(definitions).toHaveLength(1);
      expect(definition && 'name' in definition && definition.name?.value).toBe(
        path.split('/').at(-1)?.replace('.graphql', ''),
      );
      const isFragment = definition?.kind === Kind.FRAGMENT_DEFINITION;
      expect(isFragment).toBe(path.includes('/fragments/'));
    },
  );

  const schema = buildSchema(sdl, { assumeValidSDL: true });

  test.each(EXAMPLES.map((example) => [example.name, example] as const))(
    '%s stands alone against the schema',
    (_, example) => {
      expect(validate(schema, parse(example.query)).map((error) => error.message)).toEqual([]);
      if (example.variables) expect(() => JSON.parse(example.variables)).not.toThrow();
    },
  );
});

describe('examplesOf', () => {
  const sources = {
    '../graphql/users/User.graphql':
      '# One user.\nquery User($id: ID!, $tags: [String!]!, $size: Int! = 5) {\n  ...Outer\n}\n',
    '../graphql/fragments/Outer.graphql':
      '# Outer.\nfragment Outer on User {\n  ...Inner\n  ... on User { id }\n}\n',
    '../graphql/fragments/Inner.graphql': '# Inner.\nfragment Inner on User {\n  id\n}\n',
    '../graphql/fragments/Other.graphql': '# Other.\nfragment Other on User {\n  id\n}\n',
  };

  test('carries the fragments it needs, once each, without their comments', () => {
    const [example] = examplesOf(sources);

    expect(example).toMatchObject({ room: 'users', name: 'User', kind: 'query', description: 'One user.' });
    expect(example?.query.match(/fragment \w+/g)).toEqual(['fragment Outer', 'fragment Inner']);
    expect(example?.query).not.toContain('#');
  });

  test('required variables without a default are there to fill in', () => {
    expect(JSON.parse(examplesOf(sources)[0]?.variables ?? '')).toEqual({ id: '', tags: [] });
  });

  test('fragments are no examples', () => {
    expect(examplesOf(sources).map((example) => example.name)).toEqual(['User']);
  });
});
