import type { ApiKeyCreateInput, ApiKeyUse } from '../gen/graphql';

/** What the form for a new key holds. */
export interface NewApiKey {
  name: string;
  note: string;
  ownerClientId: string;
  uses: ApiKeyUse[];
  scopes: string;
  allowedAddresses: string;
  rateLimitPerMinute: number | string;
  expiresAt: string;
}

export const EMPTY_KEY: NewApiKey = {
  name: '',
  note: '',
  ownerClientId: '',
  uses: ['EXCHANGE', 'DIRECT'],
  scopes: '',
  allowedAddresses: '',
  rateLimitPerMinute: '',
  expiresAt: '',
};

/** Words with blanks, commas or line breaks between. */
export function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** What a create sends: texts that were left empty are absent. */
export function createInput(values: NewApiKey, idempotencyKey: string): ApiKeyCreateInput {
  const { note, ownerClientId, rateLimitPerMinute, expiresAt } = values;
  return {
    name: values.name,
    uses: values.uses,
    scopes: words(values.scopes),
    allowedAddresses: words(values.allowedAddresses),
    ...(note ? { note } : {}),
    ...(ownerClientId.trim() ? { ownerClientId: ownerClientId.trim() } : {}),
    ...(rateLimitPerMinute === '' ? {} : { rateLimitPerMinute: Number(rateLimitPerMinute) }),
    ...(expiresAt ? { expiresAt: new Date(expiresAt).toISOString() } : {}),
    idempotencyKey,
  };
}
