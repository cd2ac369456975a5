import type { ClientDetailFieldsFragment, ClientUpdateInput } from '../gen/graphql';
import { changes, filled } from '../shared/changes';
import { parsed } from '../shared/texts';
import { type ProtocolValues, protocolValues } from './protocol';

export const SCOPES = ['openid', 'profile', 'email', 'offline_access'] as const;
export const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;

/** The values of the settings form; the server's null is an empty text here. */
export interface SettingsValues extends ProtocolValues {
  name: string;
  description: string;
  isEnabled: boolean;
  isFirstParty: boolean;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  scopes: string[];
  grantTypes: string[];
  tokenEndpointAuthMethod: string;
  tokenEndpointAuthSigningAlg: string;
  /** A JWK Set as JSON, as typed. */
  jwks: string;
  jwksUri: string;
  allowedAudiences: string[];
  tokenExchangeClients: string[];
  resourceUris: string[];
  idTokenSignedResponseAlg: string;
  /** Seconds, as typed. */
  accessTokenTtlSeconds: string;
  refreshTokenTtlSeconds: string;
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
    grantTypes: client.grantTypes,
    tokenEndpointAuthMethod: client.tokenEndpointAuthMethod,
    tokenEndpointAuthSigningAlg: client.tokenEndpointAuthSigningAlg ?? '',
    jwks: client.jwks ? JSON.stringify(client.jwks, null, 2) : '',
    jwksUri: client.jwksUri ?? '',
    allowedAudiences: client.allowedAudiences,
    tokenExchangeClients: client.tokenExchangeClients,
    resourceUris: client.resourceUris,
    idTokenSignedResponseAlg: client.idTokenSignedResponseAlg,
    accessTokenTtlSeconds: String(client.accessTokenTtlSeconds),
    refreshTokenTtlSeconds: String(client.refreshTokenTtlSeconds),
    clientUri: client.clientUri ?? '',
    logoUri: client.logoUri ?? '',
    ...protocolValues(client),
  };
}

export function tidySettings(values: SettingsValues): SettingsValues {
  return {
    ...values,
    redirectUris: filled(values.redirectUris),
    postLogoutRedirectUris: filled(values.postLogoutRedirectUris),
    resourceUris: filled(values.resourceUris),
    jwks: values.jwks.trim(),
    jwksUri: values.jwksUri.trim(),
  };
}

/** Only what differs; lifetimes as the numbers, keys as the JSON that they spell. */
export function settingsInput(id: string, before: SettingsValues, after: SettingsValues): ClientUpdateInput {
  const { accessTokenTtlSeconds, refreshTokenTtlSeconds, defaultMaxAge, jwks, ...rest } = changes(
    before,
    after,
  );
  const input: ClientUpdateInput = { id, ...rest };
  if (defaultMaxAge !== undefined)
    input.defaultMaxAge = defaultMaxAge === null ? null : Number(defaultMaxAge);
  if (accessTokenTtlSeconds) input.accessTokenTtlSeconds = Number(accessTokenTtlSeconds);
  if (refreshTokenTtlSeconds) input.refreshTokenTtlSeconds = Number(refreshTokenTtlSeconds);
  if (jwks !== undefined) input.jwks = jwks === null ? null : parsed(jwks);
  return input;
}
