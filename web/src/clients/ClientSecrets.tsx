import { Button, Code, Modal, Stack, Text } from '@mantine/core';
import { KeyRound, RefreshCw } from 'lucide-react';
import type { ClientDetailFieldsFragment } from '../gen/graphql';
import { type Column, DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { Time } from '../shared/Time';
import { useCan } from '../shell/viewer';
import { RotateSecret } from './RotateSecret';

type Secret = ClientDetailFieldsFragment['secrets'][number];

const COLUMNS: readonly Column<Secret>[] = [
  { key: 'hint', header: 'Ends in', render: (secret) => <Code>…{secret.hint}</Code> },
  { key: 'createdAt', header: 'Created', render: (secret) => <Time value={secret.createdAt} size="sm" /> },
  {
    key: 'lastUsedAt',
    header: 'Last used',
    visibleFrom: 'sm',
    render: (secret) => <Time value={secret.lastUsedAt} size="sm" />,
  },
  { key: 'expiresAt', header: 'Expires', render: (secret) => <Time value={secret.expiresAt} size="sm" /> },
];

interface ClientSecretsProps {
  client: ClientDetailFieldsFragment;
  isRotating: boolean;
  onRotate: () => void;
  onClose: () => void;
}

export function ClientSecrets({ client, isRotating, onRotate, onClose }: ClientSecretsProps) {
  const can = useCan();
  return (
    <Stack align="stretch">
      <Text size="sm" c="dimmed">
        Only a hash is stored, so a lost secret cannot be shown again. While you rotate, the old and the new
        one both work.
      </Text>
      <DataTable
        label="Secrets"
        columns={COLUMNS}
        rows={client.secrets}
        isFetching={false}
        empty={<Empty icon={KeyRound} title="No secret is valid" />}
      />
      {can.clientsUpdate && !client.isDeclared && (
        <Button variant="default" leftSection={<RefreshCw size={16} />} onClick={onRotate} w="fit-content">
          New secret…
        </Button>
      )}
      <Modal opened={isRotating} onClose={onClose} title="A new secret" closeOnClickOutside={false} size="lg">
        <RotateSecret client={client} onClose={onClose} />
      </Modal>
    </Stack>
  );
}
