import type { UserDetailFieldsFragment, UserUpdateInput } from '../gen/graphql';
import { changes } from '../shared/changes';

/** The texts of the edit form; the server's null is an empty text here. */
export interface ProfileValues {
  email: string;
  emailVerified: boolean;
  name: string;
  username: string;
  picture: string;
  locale: string;
  zoneinfo: string;
  attributes: string;
}

export function profileValues(user: UserDetailFieldsFragment): ProfileValues {
  return {
    email: user.email,
    emailVerified: user.emailVerified,
    name: user.name ?? '',
    username: user.username ?? '',
    picture: user.picture ?? '',
    locale: user.locale ?? '',
    zoneinfo: user.zoneinfo ?? '',
    attributes: JSON.stringify(user.attributes ?? {}, null, 2),
  };
}

/** The message for attributes that are no JSON object; null when they are one. */
export function attributesError(attributes: string): string | null {
  try {
    const value: unknown = JSON.parse(attributes);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return null;
  } catch {
    return 'This is not valid JSON.';
  }
  return 'This must be a JSON object, such as {"plan": "pro"}.';
}

/** Only what differs; `attributes` as the value it spells. */
export function profileInput(id: string, before: ProfileValues, after: ProfileValues): UserUpdateInput {
  const { attributes, ...texts } = changes(before, after);
  const input: UserUpdateInput = { id, ...texts };
  if (typeof attributes === 'string') input.attributes = JSON.parse(attributes) as unknown;
  return input;
}
