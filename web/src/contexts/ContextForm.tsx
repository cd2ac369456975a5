import { Button, Group, Modal, Stack, Switch, TextInput } from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { useState } from 'react';
import {
  RegistrationContextCreateDocument,
  type RegistrationContextFieldsFragment,
  RegistrationContextUpdateDocument,
} from '../gen/graphql';
import { useAction, useFormReport, useIdempotencyKey } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { notifyDone } from '../shared/toasts';
import { UriList } from '../shared/UriList';
import { GrantList } from './GrantList';
import { type ContextValues, contextValues, createInput, NOTHING, updateInput } from './values';

type ContextForm = UseFormReturnType<ContextValues>;

interface CreateContextProps {
  clientId: string | null;
  onClose: () => void;
}

export function CreateContext({ clientId, onClose }: CreateContextProps) {
  const form = useForm<ContextValues>({ initialValues: NOTHING });
  const { rest, report } = useFormReport(form);
  const { key, renew } = useIdempotencyKey();
  const create = useAction(RegistrationContextCreateDocument, (data) => data.registrationContextCreate);
  async function submit(values: ContextValues) {
    const { payload, errors } = await create.run({
      input: { ...createInput(values, clientId), idempotencyKey: key },
    });
    report(errors);
    renew();
    if (!payload) return;
    notifyDone('The context is made.');
    onClose();
  }
  return (
    <Modal opened onClose={onClose} title="New registration context" size="lg">
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          <FormAlert errors={rest} />
          <TextInput
            label="Slug"
            description="Its name in the audit trail and for programs, for good"
            placeholder="acme-staff"
            required
            spellCheck={false}
            {...form.getInputProps('slug')}
          />
          <Fields form={form} clientId={clientId} />
          <Buttons onClose={onClose} isRunning={create.isRunning} label="Create" />
        </Stack>
      </form>
    </Modal>
  );
}

interface EditContextProps {
  context: RegistrationContextFieldsFragment;
  onClose: () => void;
}

export function EditContext({ context, onClose }: EditContextProps) {
  const [before] = useState(() => contextValues(context));
  const form = useForm<ContextValues>({ initialValues: before });
  const { rest, report } = useFormReport(form);
  const update = useAction(RegistrationContextUpdateDocument, (data) => data.registrationContextUpdate);
  async function submit(values: ContextValues) {
    const { payload, errors } = await update.run({ input: updateInput(context, before, values) });
    report(errors);
    if (!payload) return;
    notifyDone('The context was changed.');
    onClose();
  }
  return (
    <Modal opened onClose={onClose} title={context.name} size="lg">
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          <FormAlert errors={rest} />
          <Fields form={form} clientId={context.clientId} />
          <Switch
            label="Enabled"
            description="Who got something keeps it either way"
            {...form.getInputProps('isEnabled', { type: 'checkbox' })}
          />
          <Buttons onClose={onClose} isRunning={update.isRunning} label="Save changes" />
        </Stack>
      </form>
    </Modal>
  );
}

function Fields({ form, clientId }: { form: ContextForm; clientId: string | null }) {
  const { values, errors } = form;
  return (
    <>
      <TextInput label="Name" description="As people see it" required {...form.getInputProps('name')} />
      <TextInput label="Description" {...form.getInputProps('description')} />
      <GrantList
        grants={values.grants}
        errors={errors}
        hasOwnTypes={clientId !== null}
        onChange={(grants) => form.setFieldValue('grants', grants)}
      />
      <UriList
        label="Domains of addresses"
        description="Who proved an address at exactly one of these; everybody when there is none"
        placeholder="acme.example"
        name="allowedDomains"
        values={values.allowedDomains}
        errors={errors}
        onChange={(domains) => form.setFieldValue('allowedDomains', domains)}
      />
      <UriList
        label="Origins of applications"
        description="Who comes from a page at one of these; from anywhere when there is none"
        placeholder="https://app.acme.example"
        name="allowedOrigins"
        values={values.allowedOrigins}
        errors={errors}
        onChange={(origins) => form.setFieldValue('allowedOrigins', origins)}
      />
    </>
  );
}

function Buttons({ onClose, isRunning, label }: { onClose: () => void; isRunning: boolean; label: string }) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onClose}>
        Cancel
      </Button>
      <Button type="submit" loading={isRunning}>
        {label}
      </Button>
    </Group>
  );
}
