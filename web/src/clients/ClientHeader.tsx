import { Alert, Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { ChevronLeft, FileLock2, Trash2 } from 'lucide-react';
import type { ClientDetailFieldsFragment } from '../gen/graphql';
import { CopyValue } from '../shared/Copy';
import { useCan } from '../shell/viewer';
import { ClientLogo, ClientMarks, ClientState } from './clientColumns';
import { KIND_FACTS } from './kinds';

interface ClientHeaderProps {
  client: ClientDetailFieldsFragment;
  onDelete: () => void;
}

export function ClientHeader({ client, onDelete }: ClientHeaderProps) {
  const can = useCan();
  useDocumentTitle(`${client.name} · Auther`);
  return (
    <>
      <Anchor component={Link} to="/clients" size="sm" c="dimmed">
        <Group gap={4} component="span">
          <ChevronLeft size={14} aria-hidden /> Clients
        </Group>
      </Anchor>
      <Group justify="space-between" align="flex-start" mt="xs" mb="lg">
        <Group gap="md" wrap="nowrap">
          <ClientLogo client={client} size={56} />
          <Stack gap={2}>
            <Group gap="sm">
              <Title order={1}>{client.name}</Title>
              <ClientState client={client} />
              <ClientMarks client={client} />
            </Group>
            <Text size="sm" c="dimmed">
              {KIND_FACTS[client.kind].label}
              {client.description && ` · ${client.description}`}
              {client.registeredBy && ` · registered with the token “${client.registeredBy.name}”`}
            </Text>
            <CopyValue value={client.id} label="client id" />
          </Stack>
        </Group>
        {can.clientsDelete && !client.isDeclared && (
          <Button variant="default" leftSection={<Trash2 size={16} />} onClick={onDelete}>
            Delete
          </Button>
        )}
      </Group>
      {client.source === 'METADATA_DOCUMENT' && (
        <Alert color="gray" icon={<FileLock2 size={18} />} mb="lg">
          This app is described by the document at its client id. What you change of its addresses, name and
          keys lasts until the document is read again; to keep it out, disable it.
        </Alert>
      )}
      {client.isDeclared && (
        <Alert color="gray" icon={<FileLock2 size={18} />} mb="lg">
          This client is declared in the server's configuration file. Change it there.
        </Alert>
      )}
    </>
  );
}
