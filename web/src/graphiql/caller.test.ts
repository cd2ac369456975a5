import { describe, expect, test } from 'vitest';
import { callerHeaders, readCost } from './caller';

describe('callerHeaders', () => {
  test('a key goes as a bearer token, without the blanks around it', () => {
    expect(callerHeaders({ kind: 'token', secret: ' ak_live_1_x \n' })).toEqual({
      Authorization: 'Bearer ak_live_1_x',
    });
  });

  test.each([
    { kind: 'token' as const, secret: '  ' },
    { kind: 'session' as const, secret: 'ak_live_1_x' },
  ])('$kind with "$secret" leaves the session to speak', (caller) => {
    expect(callerHeaders(caller)).toEqual({});
  });
});

describe('readCost', () => {
  test('what was asked for, and what is left where there is a budget', () => {
    expect(readCost({ extensions: { cost: { requested: 7 } } })).toEqual({ cost: 7, remaining: null });
    expect(readCost({ extensions: { cost: { requested: 7, remaining: 93 } } })).toEqual({
      cost: 7,
      remaining: 93,
    });
  });

  test.each([null, {}, { extensions: {} }, { extensions: { cost: {} } }])('nothing in %j', (result) => {
    expect(readCost(result)).toBeNull();
  });
});
