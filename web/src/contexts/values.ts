import type {
  RegistrationContextCreateInput,
  RegistrationContextFieldsFragment,
  RegistrationContextUpdateInput,
} from '../gen/graphql';
import { changes, filled } from '../shared/changes';

/** A grant as it is typed; an empty id is every entity of the type. */
export interface GrantValues {
  entityType: string;
  relation: string;
  entityId: string;
}

/** The values of the form; the server's null is an empty text here. */
export interface ContextValues {
  slug: string;
  name: string;
  description: string;
  grants: GrantValues[];
  allowedDomains: string[];
  allowedOrigins: string[];
  isEnabled: boolean;
}

export const NO_GRANT: GrantValues = { entityType: '', relation: '', entityId: '' };

export const NOTHING: ContextValues = {
  slug: '',
  name: '',
  description: '',
  grants: [NO_GRANT],
  allowedDomains: [],
  allowedOrigins: [],
  isEnabled: true,
};

/** Types of the client are typed without its id. */
export function contextValues(context: RegistrationContextFieldsFragment): ContextValues {
  return {
    slug: context.slug,
    name: context.name,
    description: context.description ?? '',
    grants: context.grants.map((grant) => ({
      entityType: shortName(grant.entityType, context.clientId),
      relation: grant.relation,
      entityId: grant.entityId ?? '',
    })),
    allowedDomains: context.allowedDomains,
    allowedOrigins: context.allowedOrigins,
    isEnabled: context.isEnabled,
  };
}

export function createInput(values: ContextValues, clientId: string | null): RegistrationContextCreateInput {
  const { description, ...rest } = sent(values, clientId);
  return { ...rest, ...(description && { description }), ...(clientId && { clientId }) };
}

/** Only what differs. */
export function updateInput(
  context: RegistrationContextFieldsFragment,
  before: ContextValues,
  after: ContextValues,
): RegistrationContextUpdateInput {
  const { slug: _, ...given } = changes(sent(before, context.clientId), sent(after, context.clientId));
  return { id: context.id, ...given };
}

/** A grant in one line, as people read it: `invoice 42: viewer`. */
export function grantText(
  grant: RegistrationContextFieldsFragment['grants'][number],
  clientId: string | null,
): string {
  const what = grant.entityId ?? 'every one';
  return `${shortName(grant.entityType, clientId)}, ${what}: ${grant.relation}`;
}

function shortName(entityType: string, clientId: string | null): string {
  return clientId && entityType.startsWith(`${clientId}:`)
    ? entityType.slice(clientId.length + 1)
    : entityType;
}

function sent(values: ContextValues, clientId: string | null) {
  return {
    ...values,
    description: values.description.trim(),
    allowedDomains: filled(values.allowedDomains),
    allowedOrigins: filled(values.allowedOrigins),
    grants: values.grants
      .filter((grant) => grant.entityType.trim() || grant.relation.trim())
      .map(({ entityType, relation, entityId }) => ({
        entityType:
          clientId && !entityType.includes(':') ? `${clientId}:${entityType.trim()}` : entityType.trim(),
        relation: relation.trim(),
        ...(entityId.trim() && { entityId: entityId.trim() }),
      })),
  };
}
