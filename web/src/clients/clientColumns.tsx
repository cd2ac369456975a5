import { Avatar, Badge, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ClientRowFieldsFragment, ClientSort } from '../gen/graphql';
import type { Column } from '../shared/DataTable';
import { StatusDot } from '../shared/StatusDot';
import classes from '../shared/shared.module.css';
import { Time } from '../shared/Time';
import { KIND_FACTS } from './kinds';

export const CLIENT_COLUMNS: readonly Column<ClientRowFieldsFragment, ClientSort>[] = [
  {
    key: 'name',
    header: 'Client',
    sort: ['NAME_ASC', 'NAME_DESC'],
    render: (client) => <ClientCell client={client} />,
  },
  {
    key: 'kind',
    header: 'Kind',
    render: (client) => (
      <Text size="sm" className={classes.nowrap}>
        {KIND_FACTS[client.kind].label}
      </Text>
    ),
  },
  { key: 'state', header: 'Status', visibleFrom: 'sm', render: (client) => <ClientState client={client} /> },
  {
    key: 'createdAt',
    header: 'Created',
    visibleFrom: 'md',
    sort: ['CREATED_AT_ASC', 'CREATED_AT_DESC'],
    render: (client) => <Time value={client.createdAt} size="sm" />,
  },
];

export function ClientLogo({ client, size = 36 }: { client: ClientRowFieldsFragment; size?: number }) {
  const { icon: Icon } = KIND_FACTS[client.kind];
  return (
    <Avatar src={client.logoUri} size={size} radius="md" alt="" aria-hidden color="gray">
      <Icon size={size / 2} />
    </Avatar>
  );
}

export function ClientState({ client }: { client: ClientRowFieldsFragment }) {
  return (
    <Text size="sm" component="span">
      <StatusDot tone={client.isEnabled ? 'good' : 'quiet'}>
        {client.isEnabled ? 'Enabled' : 'Disabled'}
      </StatusDot>
    </Text>
  );
}

export function ClientMarks({ client }: { client: ClientRowFieldsFragment }) {
  return (
    <>
      {client.isFirstParty && (
        <Badge size="sm" variant="light">
          First party
        </Badge>
      )}
      {client.source === 'REGISTRATION' && (
        <Badge size="sm" variant="default">
          Registered itself
        </Badge>
      )}
      {client.source === 'METADATA_DOCUMENT' && (
        <Badge size="sm" variant="default">
          Described by a document
        </Badge>
      )}
      {client.isDeclared && (
        <Badge size="sm" variant="default">
          From the config file
        </Badge>
      )}
    </>
  );
}

function ClientCell({ client }: { client: ClientRowFieldsFragment }) {
  return (
    <Group gap="sm" wrap="nowrap">
      <ClientLogo client={client} />
      <div className={classes.shrink}>
        <Group gap="xs">
          <Link to="/clients/$clientId" params={{ clientId: client.id }} className={classes.rowLink}>
            {client.name}
          </Link>
          <ClientMarks client={client} />
        </Group>
        <Text size="xs" c="dimmed" lineClamp={1}>
          {client.description ?? client.id}
        </Text>
      </div>
    </Group>
  );
}
