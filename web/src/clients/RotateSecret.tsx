import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { type ClientDetailFieldsFragment, ClientSecretRotateDocument } from '../gen/graphql';
import { useAction } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { SecretOnce } from './SecretOnce';

interface RotateSecretProps {
  client: ClientDetailFieldsFragment;
  onClose: () => void;
}

const OVERLAPS = [
  { value: '0', label: 'Not at all: it leaked' },
  { value: '3600', label: 'An hour' },
  { value: '86400', label: 'A day' },
  { value: '604800', label: 'A week' },
];
const DAY = '86400';

export function RotateSecret({ client, onClose }: RotateSecretProps) {
  const [overlap, setOverlap] = useState(DAY);
  const [secret, setSecret] = useState<string | null>(null);
  const [failed, setFailed] = useState<string[]>([]);
  const rotate = useAction(ClientSecretRotateDocument, (data) => data.clientSecretRotate);

  async function submit() {
    const { payload, errors } = await rotate.run({
      input: { id: client.id, overlapSeconds: Number(overlap) },
    });
    if (errors) return setFailed(errors.map((error) => error.message));
    setSecret(payload.clientSecret);
  }

  if (secret) {
    return (
      <Stack>
        <SecretOnce secret={secret} />
        <Group justify="flex-end">
          <Button onClick={onClose}>I have stored the secret</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack>
      <FormAlert errors={failed} />
      <Text size="sm">
        {client.name} gets a new secret. Put it into the app before the old one stops working.
      </Text>
      <NativeSelect
        label="The old secret works on for"
        data={OVERLAPS}
        value={overlap}
        onChange={(event) => setOverlap(event.currentTarget.value)}
        data-autofocus
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={rotate.isRunning} onClick={submit}>
          Make a new secret
        </Button>
      </Group>
    </Stack>
  );
}
