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
  /** Those that the model takes only with a condition. */
  conditioned: readonly ConditionedKey[];
  onAdded: () => void;
}

interface ConditionedKey {
  key: TupleKeyFieldsFragment;
  condition: string;
}

interface MissingTuple {
  key: TupleKeyFieldsFragment;
  condition: string | null;
}

/** Tuples of which each alone would turn a no into a yes. */
export function Missing({ scope, keys, conditioned, onAdded }: MissingProps) {
  const [chosen, setChosen] = useState<MissingTuple | null>(null);
  const tuples: MissingTuple[] = [...keys.map((key) => ({ key, condition: null })), ...conditioned];
  if (tuples.length === 0) return null;
  return (
    <section className={`${shared.surface} ${shared.card}`} aria-label="Missing tuples">
      <Title order={2}>What is missing</Title>
      <Text size="sm" c="dimmed" mb="xs">
        Each of these tuples alone would allow it, the nearest first
        {conditioned.length > 0 && '; those with a condition where it holds'}.
      </Text>
      <ul className={classes.list}>
        {tuples.map((missing) => (
          <li key={missingText(scope, missing)} className={classes.row}>
            <Text className={shared.mono}>{missingText(scope, missing)}</Text>
            <Button
              size="compact-sm"
              variant="default"
              flex="none"
              leftSection={<Plus size={14} />}
              aria-label={`Add this tuple: ${missingText(scope, missing)}`}
              onClick={() => setChosen(missing)}
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

function missingText(scope: string, { key, condition }: MissingTuple): string {
  return condition ? `${tupleText(scope, key)} with ${condition}` : tupleText(scope, key);
}

interface AddMissingProps {
  scope: string;
  missing: MissingTuple;
  onAdded: () => void;
  onClose: () => void;
}

function AddMissing({ scope, missing, onAdded, onClose }: AddMissingProps) {
  const [reason, setReason] = useState('');
  const [failed, setFailed] = useState<string[]>([]);
  const write = useAction(TuplesWriteDocument, (data) => data.tuplesWrite);
  async function submit(event: FormEvent) {
    event.preventDefault();
    const tuple = missing.condition
      ? { ...keyInput(missing.key), condition: { name: missing.condition } }
      : keyInput(missing.key);
    const input = { writes: [tuple], reason: reason.trim() || null, dryRun: false };
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
          <Text className={shared.mono}>{missingText(scope, missing)}</Text>
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
