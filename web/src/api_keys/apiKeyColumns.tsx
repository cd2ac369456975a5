import { Text } from '@mantine/core';
import type { ApiKeySort, ApiKeyStatus, ApiKeysQuery } from '../gen/graphql';
import type { Column } from '../shared/DataTable';
import { PersonLink } from '../shared/Person';
import { StatusDot, type Tone } from '../shared/StatusDot';
import classes from '../shared/shared.module.css';
import { Time } from '../shared/Time';

export type ApiKeyRow = ApiKeysQuery['apiKeys']['nodes'][number];

const STATES: Record<ApiKeyStatus, { tone: Tone; word: string }> = {
  ACTIVE: { tone: 'good', word: 'Active' },
  DISABLED: { tone: 'quiet', word: 'Disabled' },
  EXPIRED: { tone: 'bad', word: 'Expired' },
  OWNER_INACTIVE: { tone: 'warn', word: 'Owner inactive' },
};
const USES = { EXCHANGE: 'tokens', DIRECT: 'direct' } as const;

export const API_KEY_COLUMNS: readonly Column<ApiKeyRow, ApiKeySort>[] = [
  {
    key: 'name',
    header: 'Key',
    sort: ['NAME_ASC', 'NAME_DESC'],
    render: (key) => (
      <div className={classes.shrink}>
        <Text size="sm" fw={500}>
          {key.name}
        </Text>
        <Text size="xs" c="dimmed" className={classes.mono}>
          …{key.hint}
        </Text>
      </div>
    ),
  },
  { key: 'owner', header: 'Owner', visibleFrom: 'sm', render: (key) => <Owner apiKey={key} /> },
  {
    key: 'status',
    header: 'Status',
    render: (key) => (
      <Text size="sm" component="span" className={classes.nowrap}>
        <StatusDot tone={STATES[key.status].tone}>{STATES[key.status].word}</StatusDot>
      </Text>
    ),
  },
  {
    key: 'uses',
    header: 'For',
    visibleFrom: 'lg',
    render: (key) => <Text size="sm">{key.uses.map((use) => USES[use]).join(', ')}</Text>,
  },
  {
    key: 'expiresAt',
    header: 'Expires',
    visibleFrom: 'lg',
    render: (key) =>
      key.expiresAt ? <Time value={key.expiresAt} size="sm" /> : <Text size="sm">never</Text>,
  },
  {
    key: 'lastUsedAt',
    header: 'Last used',
    visibleFrom: 'md',
    sort: ['LAST_USED_AT_ASC', 'LAST_USED_AT_DESC'],
    render: (key) =>
      key.lastUsedAt ? <Time value={key.lastUsedAt} size="sm" /> : <Text size="sm">never</Text>,
  },
];

function Owner({ apiKey }: { apiKey: ApiKeyRow }) {
  const owner = apiKey.owner;
  if (!owner) return null;
  const node = owner.node;
  return (
    <Text size="sm" component="span">
      {node?.__typename === 'User' ? (
        <PersonLink person={node} />
      ) : node?.__typename === 'Client' ? (
        node.clientName
      ) : (
        owner.id
      )}
    </Text>
  );
}
