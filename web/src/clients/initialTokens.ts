import type { InitialAccessTokenCreateInput, InitialAccessTokenFieldsFragment } from '../gen/graphql';
import { words } from '../shared/texts';

export interface NewToken {
  name: string;
  maxUses: number | string;
  ttlSeconds: string;
  scopes: string;
  requirePkce: boolean;
}

const NEVER = '';
export const LIFETIMES = [
  { value: '86400', label: 'A day' },
  { value: '604800', label: 'A week' },
  { value: '2592000', label: 'Thirty days' },
  { value: '31536000', label: 'A year' },
  { value: NEVER, label: 'Never' },
];
export const EMPTY_TOKEN: NewToken = {
  name: '',
  maxUses: 1,
  ttlSeconds: '604800',
  scopes: '',
  requirePkce: true,
};

/** What the form means: an empty number or time is no bound, empty scopes are the usual ones. */
export function tokenInput(values: NewToken, idempotencyKey: string): InitialAccessTokenCreateInput {
  const scopes = words(values.scopes);
  return {
    name: values.name,
    maxUses: values.maxUses === '' ? null : Number(values.maxUses),
    ttlSeconds: values.ttlSeconds === NEVER ? null : Number(values.ttlSeconds),
    scopes: scopes.length > 0 ? scopes : null,
    requirePkce: values.requirePkce,
    idempotencyKey,
  };
}

/** How many apps registered with a token, and how many may. */
export function usesOf(token: Pick<InitialAccessTokenFieldsFragment, 'uses' | 'maxUses'>): string {
  return token.maxUses === null ? `${token.uses}` : `${token.uses} of ${token.maxUses}`;
}
