import { Button, Group, Modal, Stack, Text, TextInput, Title } from '@mantine/core';
import { Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { type TupleKeyFieldsFragment, TuplesWriteDocument } from '../gen/graphql';
import { useAction } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import shared from '../shared/shared.module.css';
import { notifyDone } from '../shared/toasts';
import classes from './authz.module.css';
import { tupleText } from './parts';
import { keyInput } from './tupleInput';

interface MissingProps {
  scope: string;
  keys: readonly TupleKeyFieldsFragment[];
  onAdded: () => void;
}

/** Tuples of which each alone would turn a no into a yes. */
export function Missing({ scope, keys, onAdded }: MissingProps) {
  const [chosen, setChosen] = useState<TupleKeyFieldsFragment | null>(null);
  if (keys.length === 0) return null;
  return (
    <section className={`${shared.surface} ${shared.card}`} aria-label="Missing tuples">
      <Title order={2}>What is missing</Title>
      <Text size="sm" c="dimmed" mb="xs">
        Each of these tuples alone would allow it, the nearest first.
      </Text>
      <ul className={classes.list}>
        {keys.map((key) => (
          <li key={key.text} className={classes.row}>
            <Text className={shared.mono}>{tupleText(scope, key)}</Text>
            <Button
              size="compact-sm"
              variant="default"
              flex="none"
              leftSection={<Plus size={14} />}
              aria-label={`Add this tuple: ${tupleText(scope, key)}`}
              onClick={() => setChosen(key)}
            >
              Add this tuple
            </Button>
          </li>
        ))}
      </ul>
      {chosen && (
        <AddMissing scope={scope} missing={chosen} onAdded={onAdded} onClose={() => setChosen(null)} />
      )}
    </section>
  );
}

interface AddMissingProps {
  scope: string;
  missing: TupleKeyFieldsFragment;
  onAdded: () => void;
  onClose: () => void;
}

function AddMissing({ scope, missing, onAdded, onClose }: AddMissingProps) {
  const [reason, setReason] = useState('');
  const [failed, setFailed] = useState<string[]>([]);
  const write = useAction(TuplesWriteDocument, (data) => data.tuplesWrite);
  async function submit(event: FormEvent) {
    event.preventDefault();
    const input = { writes: [keyInput(missing)], reason: reason.trim() || null, dryRun: false };
    const { errors } = await write.run({ input });
    if (errors) return setFailed(errors.map((error) => error.message));
    notifyDone('The tuple stands.');
    onClose();
    onAdded();
  }
  return (
    <Modal opened onClose={onClose} title="Add this tuple?">
      <form onSubmit={submit}>
        <Stack>
          <FormAlert errors={failed} />
          <Text className={shared.mono}>{tupleText(scope, missing)}</Text>
          <TextInput
            label="Reason"
            description="For the changelog and the audit trail"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={write.isRunning}>
              Add tuple
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
