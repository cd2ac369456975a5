import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type PolicyDetailFieldsFragment, PolicySaveDocument, type PolicySaveInput } from '../gen/graphql';
import { useAction, useIdempotencyKey } from '../shared/actions';
import type { UserProblem } from '../shared/problems';
import { notifyDone } from '../shared/toasts';

interface SavePolicyProps {
  input: Omit<PolicySaveInput, 'note'>;
  isNew: boolean;
  onSaved: (policy: PolicyDetailFieldsFragment) => void;
  onRefused: (problems: readonly UserProblem[]) => void;
  onClose: () => void;
}

export function SavePolicy({ input, isNew, onSaved, onRefused, onClose }: SavePolicyProps) {
  const [note, setNote] = useState('');
  const { key } = useIdempotencyKey();
  const save = useAction(PolicySaveDocument, (data) => data.policySave);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const sent = { ...input, note: note.trim() || null, idempotencyKey: isNew ? key : null };
    const { payload, errors } = await save.run({ input: sent });
    if (errors) return onRefused(errors);
    if (!payload.policy) return;
    const isVersion = payload.policy.version !== input.expectedVersion;
    notifyDone(
      isVersion ? `Version ${payload.policy.version} is in force.` : 'Saved. The version stays what it was.',
    );
    onSaved(payload.policy);
  }

  return (
    <Modal opened onClose={onClose} title={isNew ? `Save ${input.name}` : 'Save a new version'}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">
            {input.samples?.length ? 'Its samples run first; then it' : 'It'} is in force at once. Versions
            are kept, so an earlier one can be brought back.
          </Text>
          <TextInput
            label="Note"
            description="What changed, for whoever reads the versions"
            maxLength={1000}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isRunning}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
