import { Button, Group, Modal, NativeSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { ApiKeyRotateDocument } from '../gen/graphql';
import { useAction } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { KeyOnce } from './KeyOnce';

const OVERLAPS = [
  { value: '0', label: 'Not at all: it leaked' },
  { value: '3600', label: 'An hour' },
  { value: '86400', label: 'A day' },
  { value: '604800', label: 'A week' },
];
const DAY = '86400';

export function RotateApiKey({ keyId, onClose }: { keyId: string; onClose: () => void }) {
  const [overlap, setOverlap] = useState(DAY);
  const [secret, setSecret] = useState<string | null>(null);
  const [failed, setFailed] = useState<string[]>([]);
  const rotate = useAction(ApiKeyRotateDocument, (data) => data.apiKeyRotate);

  async function submit() {
    const { payload, errors } = await rotate.run({ input: { id: keyId, overlapSeconds: Number(overlap) } });
    if (errors) return setFailed(errors.map((error) => error.message));
    setSecret(payload.secret);
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={secret ? 'Store the key now' : 'Rotate the API key'}
      closeOnClickOutside={!secret}
      closeOnEscape={!secret}
      withCloseButton={!secret}
    >
      {secret ? (
        <KeyOnce secret={secret} onDone={onClose} />
      ) : (
        <Stack>
          <FormAlert errors={failed} />
          <Text size="sm">The key gets a new secret, and tokens of the old one end with it.</Text>
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
      )}
    </Modal>
  );
}
