import { CombinedError } from 'urql';
import { describe, expect, test } from 'vitest';
import { codeOf, formErrors, problemOf } from './problems';

const known = ['email', 'redirectUris', 'redirectUris.0', 'redirectUris.1'];

describe('formErrors', () => {
  test('ties an error to its field, with or without the leading "input"', () => {
    const errors = [
      { code: 'TAKEN', message: 'In use.', field: ['input', 'email'] },
      { code: 'INVALID', message: 'No URI.', field: ['redirectUris', '1'] },
    ] as const;

    expect(formErrors(errors.map(mutable), known)).toEqual({
      fields: { email: 'In use.', 'redirectUris.1': 'No URI.' },
      rest: [],
    });
  });

  test('falls back to the nearest parent that the form has', () => {
    const error = { code: 'INVALID' as const, message: 'Too many.', field: ['input', 'redirectUris', '7'] };

    expect(formErrors([error], known).fields).toEqual({ redirectUris: 'Too many.' });
  });

  test('keeps what belongs to no field, and joins what belongs to the same', () => {
    const errors = [
      { code: 'CONFLICT' as const, message: 'Somebody was faster.', field: [] },
      { code: 'INVALID' as const, message: 'Unknown.', field: ['nickname'] },
      { code: 'INVALID' as const, message: 'First.', field: ['email'] },
      { code: 'TOO_LONG' as const, message: 'Second.', field: ['email'] },
    ];

    expect(formErrors(errors, known)).toEqual({
      fields: { email: 'First. Second.' },
      rest: ['Somebody was faster.', 'Unknown.'],
    });
  });
});

function mutable<T extends { field: readonly string[] }>(error: T) {
  return { ...error, field: [...error.field] };
}

describe('problemOf', () => {
  test('takes code and request id from the extensions', () => {
    const error = new CombinedError({
      graphQLErrors: [
        { message: 'This needs users.view.', extensions: { code: 'FORBIDDEN', requestId: 'req_1' } },
      ],
    });

    expect(problemOf(error)).toEqual({
      code: 'FORBIDDEN',
      message: 'This needs users.view.',
      requestId: 'req_1',
    });
  });

  test('a server that does not answer is NETWORK, an error without a code INTERNAL', () => {
    expect(codeOf(new CombinedError({ networkError: new Error('fetch failed') }))).toBe('NETWORK');
    expect(codeOf(new CombinedError({ graphQLErrors: ['boom'] }))).toBe('INTERNAL');
  });
});
