import type { ClientDetailFieldsFragment } from '../gen/graphql';

/** The part of the settings form that says how the protocol is spoken with a client. */
export interface ProtocolValues {
  requirePkce: boolean;
  requireMfa: boolean;
  requirePushedAuthorizationRequests: boolean;
  requireSignedRequestObject: boolean;
  requestObjectSigningAlg: string;
  /** Seconds, as typed. */
  defaultMaxAge: string;
  dpopBoundAccessTokens: boolean;
  subjectType: string;
  sectorIdentifierUri: string;
  userinfoSignedResponseAlg: string;
  introspectionSignedResponseAlg: string;
  backchannelLogoutUri: string;
  backchannelLogoutSessionRequired: boolean;
  frontchannelLogoutUri: string;
  frontchannelLogoutSessionRequired: boolean;
}

export function protocolValues(client: ClientDetailFieldsFragment): ProtocolValues {
  return {
    requirePkce: client.requirePkce,
    requireMfa: client.requireMfa,
    requirePushedAuthorizationRequests: client.requirePushedAuthorizationRequests,
    requireSignedRequestObject: client.requireSignedRequestObject,
    requestObjectSigningAlg: client.requestObjectSigningAlg ?? '',
    defaultMaxAge: client.defaultMaxAge == null ? '' : String(client.defaultMaxAge),
    dpopBoundAccessTokens: client.dpopBoundAccessTokens,
    subjectType: client.subjectType,
    sectorIdentifierUri: client.sectorIdentifierUri ?? '',
    userinfoSignedResponseAlg: client.userinfoSignedResponseAlg ?? '',
    introspectionSignedResponseAlg: client.introspectionSignedResponseAlg ?? '',
    backchannelLogoutUri: client.backchannelLogoutUri ?? '',
    backchannelLogoutSessionRequired: client.backchannelLogoutSessionRequired,
    frontchannelLogoutUri: client.frontchannelLogoutUri ?? '',
    frontchannelLogoutSessionRequired: client.frontchannelLogoutSessionRequired,
  };
}
