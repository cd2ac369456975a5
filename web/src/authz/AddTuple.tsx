import {
  Button,
  Group,
  JsonInput,
  Modal,
  NativeSelect,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { TuplesWriteDocument } from '../gen/graphql';
import { useAction, useFormReport } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { notifyDone } from '../shared/toasts';
import { typeParts } from './names';
import { PolicySelect } from './PolicySelect';
import { SubjectIdInput } from './SubjectIdInput';
import {
  atInputs,
  emptyTuple,
  kindOf,
  settle,
  type TupleValues,
  takesPolicy,
  tupleErrors,
  tupleInput,
  writableRelations,
} from './tupleInput';
import { type KnownType, writableTypes } from './types';

interface AddTupleProps {
  types: readonly KnownType[];
  /** The full name of the type that it begins with. */
  type: string | undefined;
  onDone: () => void;
  onClose: () => void;
}

/** Adds a tuple; what it may say is offered from the model. */
export function AddTuple({ types, type, onDone, onClose }: AddTupleProps) {
  const writable = writableTypes(types);
  const first = writable.find((each) => each.type === type) ?? writable.at(-1);
  return (
    <Modal opened onClose={onClose} title="Add a tuple" size="lg">
      {first ? (
        <TupleForm
          types={writable}
          first={settle(emptyTuple(first.type), writable)}
          onDone={onDone}
          onClose={onClose}
        />
      ) : (
        <Text size="sm">The model has no relation that a tuple could name. Save a model first.</Text>
      )}
    </Modal>
  );
}

interface TupleFormProps {
  types: readonly KnownType[];
  first: TupleValues;
  onDone: () => void;
  onClose: () => void;
}

function TupleForm({ types, first, onDone, onClose }: TupleFormProps) {
  const form = useForm<TupleValues>({
    initialValues: first,
    validate: (values) => tupleErrors(values, kindOf(values, types)),
  });
  const { rest, report } = useFormReport(form);
  const write = useAction(TuplesWriteDocument, (data) => data.tuplesWrite);
  const { values } = form;
  const relations = writableRelations(types, values.type);
  const kinds = relations.find(({ name }) => name === values.relation)?.kinds ?? [];
  const kind = kindOf(values, types);
  const choose = (changes: Partial<TupleValues>) => form.setValues(settle({ ...values, ...changes }, types));

  async function submit(submitted: TupleValues) {
    if (!kind) return;
    const reason = submitted.reason.trim() || null;
    const { payload, errors } = await write.run({
      input: { writes: [tupleInput(submitted, kind)], reason, dryRun: false },
    });
    report(atInputs(errors));
    if (!payload) return;
    const isNew = (payload.created?.length ?? 0) + (payload.changed?.length ?? 0) > 0;
    notifyDone(isNew ? 'The tuple stands.' : 'The tuple stood already.');
    onDone();
    onClose();
  }

  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack>
        <FormAlert errors={rest} />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <NativeSelect
            label="Type"
            data={types.map(({ name, type }) => ({ value: type, label: name }))}
            value={values.type}
            onChange={({ currentTarget }) => choose({ type: currentTarget.value })}
          />
          <TextInput
            label="Id"
            description="In your application; * is every one"
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            required
            autoComplete="off"
            data-autofocus
            {...form.getInputProps('entityId')}
          />
          <NativeSelect
            label="Relation"
            data={relations.map(({ name }) => name)}
            error={form.errors.relation}
            value={values.relation}
            onChange={({ currentTarget }) => choose({ relation: currentTarget.value })}
          />
          <NativeSelect
            label="Given to"
            data={kinds.map(({ text }) => text)}
            value={values.kind}
            onChange={({ currentTarget }) => choose({ kind: currentTarget.value })}
          />
        </SimpleGrid>
        {kind && !kind.isEveryone && (
          <SubjectIdInput
            key={kind.type}
            type={kind.type}
            label={kind.type === 'user' ? 'Who' : `Id of the ${typeParts(kind.type).name}`}
            value={values.subjectId}
            error={form.errors.subjectId}
            onChange={(id) => form.setFieldValue('subjectId', id)}
          />
        )}
        {kind && takesPolicy(kind) && (
          <PolicySelect
            scope={typeParts(values.type).clientId ?? ''}
            value={values.policy}
            error={form.errors.policy}
            onChange={(policy) => form.setFieldValue('policy', policy)}
          />
        )}
        {kind?.condition && (
          <JsonInput
            label="Settled parameters"
            description={`Of ${kind.condition}, as a JSON object; the others come with each question`}
            autosize
            minRows={2}
            placeholder="{}"
            {...form.getInputProps('context')}
          />
        )}
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput type="datetime-local" label="Begins" {...form.getInputProps('startsAt')} />
          <TextInput type="datetime-local" label="Ends" {...form.getInputProps('expiresAt')} />
        </SimpleGrid>
        <TextInput
          label="Reason"
          description="For the changelog and the audit trail"
          {...form.getInputProps('reason')}
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
  );
}
