import { expect, test } from 'vitest';
import { methodWords } from './methods';

test.each([
  [['pwd'], 'password'],
  [['pwd', 'otp', 'mfa'], 'password + one-time code'],
  [['hwk', 'user'], 'passkey'],
  [['hwk', 'pop'], 'passkey'],
  [['smartcard'], 'smartcard'],
  [[], ''],
])('%j reads "%s"', (amr, words) => {
  expect(methodWords(amr)).toBe(words);
});
