import { expect, test } from 'vitest';
import { attributesError, type ProfileValues, profileInput } from './profile';

const before: ProfileValues = {
  email: 'ada@example.com',
  emailVerified: true,
  name: 'Ada',
  username: 'ada',
  picture: '',
  locale: '',
  zoneinfo: '',
  attributes: '{}',
};

test('an untouched profile sends its id alone', () => {
  expect(profileInput('usr_1', before, before)).toEqual({ id: 'usr_1' });
});

test('changes are sent, an emptied field as null, attributes as JSON', () => {
  const after = { ...before, username: '', locale: 'en-GB', attributes: '{ "plan": "pro" }' };

  expect(profileInput('usr_1', before, after)).toEqual({
    id: 'usr_1',
    username: null,
    locale: 'en-GB',
    attributes: { plan: 'pro' },
  });
});

test('attributes must be a JSON object', () => {
  expect(attributesError('{"a": 1}')).toBeNull();
  expect(attributesError('{"a"')).toBe('This is not valid JSON.');
  for (const wrong of ['[]', '1', 'null', '"text"'])
    expect(attributesError(wrong)).toContain('must be a JSON object');
});
