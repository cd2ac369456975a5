import type { ClientDetailFieldsFragment, ClientUpdateInput } from '../gen/graphql';
import { changes, filled } from '../shared/changes';

export const SCOPES = ['openid', 'profile', 'email', 'offline_access'] as const;
export const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;

/** The values of the settings form; the server's null is an empty text here. */
export interface SettingsValues {
  name: string;
  description: string;
  isEnabled: boolean;
  isFirstParty: boolean;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  scopes: string[];
  idTokenSignedResponseAlg: string;
  accessTokenTtlSeconds: number;
  refreshTokenTtlSeconds: number;
  clientUri: string;
  logoUri: string;
}

export function settingsValues(client: ClientDetailFieldsFragment): SettingsValues {
  return {
    name: client.name,
    description: client.description ?? '',
    isEnabled: client.isEnabled,
    isFirstParty: client.isFirstParty,
    redirectUris: client.redirectUris,
    postLogoutRedirectUris: client.postLogoutRedirectUris,
    scopes: client.scopes,
    idTokenSignedResponseAlg: client.idTokenSignedResponseAlg,
    accessTokenTtlSeconds: client.accessTokenTtlSeconds,
    refreshTokenTtlSeconds: client.refreshTokenTtlSeconds,
    clientUri: client.clientUri ?? '',
    logoUri: client.logoUri ?? '',
  };
}

export function tidySettings(values: SettingsValues): SettingsValues {
  return {
    ...values,
    redirectUris: filled(values.redirectUris),
    postLogoutRedirectUris: filled(values.postLogoutRedirectUris),
  };
}

export function settingsInput(id: string, before: SettingsValues, after: SettingsValues): ClientUpdateInput {
  return { id, ...changes(before, after) };
}
