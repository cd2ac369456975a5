import { Button, Group, Stack, Text } from '@mantine/core';
import type { ClientDetailFieldsFragment } from '../gen/graphql';
import { CopyValue } from '../shared/Copy';
import { useViewer } from '../shell/viewer';
import classes from './clients.module.css';
import { SecretOnce } from './SecretOnce';
import { Snippets } from './Snippets';

interface ClientCreatedProps {
  client: ClientDetailFieldsFragment;
  secret: string | null;
  onDone: () => void;
}

export function ClientCreated({ client, secret, onDone }: ClientCreatedProps) {
  const { server } = useViewer();
  return (
    <Stack>
      <dl className={classes.values}>
        <dt>Client id</dt>
        <dd>
          <CopyValue value={client.id} label="client id" />
        </dd>
      </dl>
      {secret && <SecretOnce secret={secret} />}
      <div>
        <Text fw={600} size="sm" mb="xs">
          Put this into the app
        </Text>
        <Snippets client={client} issuer={server.issuer} secret={secret} />
      </div>
      <Group justify="flex-end">
        <Button onClick={onDone}>{secret ? 'I have stored the secret' : 'Done'}</Button>
      </Group>
    </Stack>
  );
}
