import { type Cache, cacheExchange, type Entity, type UpdateResolver } from '@urql/exchange-graphcache';

const EMBEDDED = [
  'AccessChange',
  'CheckAnswer',
  'CheckProblem',
  'Entity',
  'Explanation',
  'Factors',
  'Impersonation',
  'ImpersonationStartPayload',
  'ImpersonationStopPayload',
  'LinkedIdentityConnection',
  'LinkedIdentityDeletePayload',
  'Totp',
  'UserFactorsResetPayload',
  'FailedAssertion',
  'ModelBlocker',
  'ModelCondition',
  'ModelConnection',
  'ModelImpact',
  'ModelPermission',
  'ModelPreview',
  'ModelProblem',
  'ModelRelation',
  'ModelSavePayload',
  'ModelType',
  'PageInfo',
  'Permissions',
  'PolicyConnection',
  'PolicyDeletePayload',
  'PolicyEvaluationConnection',
  'PolicyProblem',
  'PolicySample',
  'PolicySampleResult',
  'PolicySavePayload',
  'PolicyTest',
  'PolicyTestResult',
  'PolicyUsage',
  'PolicyVersionConnection',
  'PolicyWarning',
  'ProofNode',
  'Server',
  'Subject',
  'SystemModel',
  'TupleCondition',
  'TupleConnection',
  'TupleKey',
  'TuplesWritePayload',
  'UserBan',
  'UserError',
  'Viewer',
  'ViewerCan',
  'ApiKeyConnection',
  'AuditEventConnection',
  'ClientConnection',
  'InitialAccessTokenConnection',
  'IdentityProviderConnection',
  'IdentityProviderFinding',
  'RegistrationContextConnection',
  'RegistrationContextCreatePayload',
  'RegistrationContextDeletePayload',
  'RegistrationContextUpdatePayload',
  'RegistrationGrant',
  'IdentityProviderCreatePayload',
  'IdentityProviderDeletePayload',
  'IdentityProviderUpdatePayload',
  'MailConnection',
  'SessionConnection',
  'UserConnection',
  'ApiKeyCreatePayload',
  'ApiKeyDeletePayload',
  'ApiKeyDisablePayload',
  'ApiKeyEnablePayload',
  'ApiKeyRotatePayload',
  'ApiKeyUpdatePayload',
  'ClientCreatePayload',
  'ClientDeletePayload',
  'ClientSecretRotatePayload',
  'ClientUpdatePayload',
  'InitialAccessTokenCreatePayload',
  'InitialAccessTokenRevokePayload',
  'SessionRevokePayload',
  'UserBanPayload',
  'UserCreatePayload',
  'UserDataExportPayload',
  'UserDeletePayload',
  'UserDeletion',
  'UserMergePart',
  'UserMergePayload',
  'UserRestorePayload',
  'UserUnbanPayload',
  'UserUpdatePayload',
];

type ListField =
  | 'users'
  | 'clients'
  | 'initialAccessTokens'
  | 'apiKeys'
  | 'sessions'
  | 'identityProviders'
  | 'registrationContexts'
  | 'policies'
  | 'auditEvents';

function forget(cache: Cache, entity: string, field: string) {
  for (const { fieldName, fieldKey } of cache.inspectFields(entity)) {
    if (fieldName === field) cache.invalidate(entity, fieldKey);
  }
}

/** After a mutation these lists of the root are fetched anew; every mutation leaves an audit event. */
function refresh(...fields: ListField[]): UpdateResolver {
  return (_result, args, cache) => {
    for (const field of [...fields, 'auditEvents']) forget(cache, 'Query', field);
    const user = userKey(args.input, cache);
    if (user) for (const field of ['sessions', 'auditEvents']) forget(cache, user, field);
  };
}

function userKey(input: unknown, cache: Cache): string | null {
  if (typeof input !== 'object' || input === null || !('id' in input)) return null;
  return cache.keyOfEntity({ __typename: 'User', id: String(input.id) });
}

/** Takes one node out of everything that was read. */
function remove(typename: string, ...fields: ListField[]): UpdateResolver {
  const refreshLists = refresh(...fields);
  return (result, args, cache, info) => {
    const payload = result[info.fieldName];
    if (typeof payload === 'object' && payload !== null && 'deletedId' in payload && payload.deletedId) {
      cache.invalidate({ __typename: typename, id: String(payload.deletedId) });
    }
    refreshLists(result, args, cache, info);
  };
}

/** Edges of a user that a merge adds to, or ends. */
const MERGED = [
  'sessions',
  'auditEvents',
  'linkedIdentities',
  'consents',
  'clients',
  'tokenFamilies',
  'tuples',
];

/** The account that went is nowhere any more, and whatever it had is with the other, unless it was only tried. */
const mergeUsers: UpdateResolver = (result, args, cache, info) => {
  const { input } = args;
  if (typeof input !== 'object' || input === null || !('from' in input) || !('into' in input)) return;
  if ('dryRun' in input && input.dryRun) return;
  cache.invalidate({ __typename: 'User', id: String(input.from) });
  const stays = cache.keyOfEntity({ __typename: 'User', id: String(input.into) });
  if (stays) for (const field of MERGED) forget(cache, stays, field);
  refresh('users', 'sessions', 'apiKeys')(result, args, cache, info);
};

/** Tuples and models decide together what anybody may do. */
const PERMISSIONS = ['tuples', 'tokenPreview', 'model', 'modelVersion'];

/** After a change of tuples or of a model everything that rests on them is fetched anew. */
const refreshPermissions: UpdateResolver = (result, args, cache, info) => {
  for (const field of PERMISSIONS) forget(cache, 'Query', field);
  const { input } = args;
  if (typeof input === 'object' && input !== null && 'clientId' in input && input.clientId) {
    const client = cache.keyOfEntity({ __typename: 'Client', id: String(input.clientId) });
    if (client) forget(cache, client, 'model');
  }
  refresh()(result, {}, cache, info);
};

/** A saved policy has another version, and stands in lists it did not stand in. */
const savePolicy: UpdateResolver = (result, _args, cache, info) => {
  const { policySave } = result;
  if (typeof policySave === 'object' && policySave !== null && 'policy' in policySave) {
    const saved = cache.keyOfEntity(policySave.policy as Entity);
    if (saved) forget(cache, saved, 'versions');
  }
  refresh('policies')(result, {}, cache, info);
};

/** The normalized cache: nodes by id, and which lists a mutation makes stale. */
export function cache() {
  return cacheExchange({
    keys: Object.fromEntries(EMBEDDED.map((typename) => [typename, () => null])),
    updates: {
      Mutation: {
        userCreate: refresh('users'),
        userUpdate: refresh('users'),
        userBan: refresh('users', 'sessions'),
        userUnban: refresh('users'),
        userDelete: remove('User', 'users', 'sessions'),
        userRestore: refresh('users'),
        userMerge: mergeUsers,
        clientCreate: refresh('clients'),
        clientUpdate: refresh('clients'),
        clientSecretRotate: refresh(),
        clientDelete: remove('Client', 'clients'),
        initialAccessTokenCreate: refresh('initialAccessTokens'),
        initialAccessTokenRevoke: refresh('initialAccessTokens'),
        apiKeyCreate: refresh('apiKeys'),
        apiKeyUpdate: refresh('apiKeys'),
        apiKeyRotate: refresh('apiKeys'),
        apiKeyDisable: refresh('apiKeys'),
        apiKeyEnable: refresh('apiKeys'),
        apiKeyDelete: remove('ApiKey', 'apiKeys'),
        identityProviderCreate: refresh('identityProviders'),
        identityProviderUpdate: refresh('identityProviders'),
        identityProviderDelete: remove('IdentityProvider', 'identityProviders'),
        registrationContextCreate: refresh('registrationContexts'),
        registrationContextUpdate: refresh('registrationContexts'),
        registrationContextDelete: remove('RegistrationContext', 'registrationContexts'),
        linkedIdentityDelete: remove('LinkedIdentity'),
        userFactorsReset: refresh(),
        sessionRevoke: remove('Session', 'sessions'),
        tuplesWrite: refreshPermissions,
        modelSave: refreshPermissions,
        policySave: savePolicy,
        policyDelete: remove('Policy', 'policies'),
      },
    },
  });
}
