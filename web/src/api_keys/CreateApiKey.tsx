import { Button, Checkbox, Group, Modal, NumberInput, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { ApiKeyCreateDocument } from '../gen/graphql';
import { useAction, useFormReport, useIdempotencyKey } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { KeyOnce } from './KeyOnce';
import { createInput, EMPTY_KEY, type NewApiKey } from './values';

/** A form, then the key itself: it cannot be closed by accident while the key is shown. */
export function CreateApiKey({ onClose }: { onClose: () => void }) {
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      title={secret ? 'Store the key now' : 'New API key'}
      size="lg"
      closeOnClickOutside={!secret}
      closeOnEscape={!secret}
      withCloseButton={!secret}
    >
      {secret ? (
        <KeyOnce secret={secret} onDone={onClose} />
      ) : (
        <Form onClose={onClose} onCreated={setSecret} />
      )}
    </Modal>
  );
}

function Form({ onClose, onCreated }: { onClose: () => void; onCreated: (secret: string | null) => void }) {
  const idempotency = useIdempotencyKey();
  const form = useForm<NewApiKey>({ initialValues: EMPTY_KEY });
  const { rest, report } = useFormReport(form);
  const create = useAction(ApiKeyCreateDocument, (data) => data.apiKeyCreate);

  async function submit(values: NewApiKey) {
    const { payload, errors } = await create.run({ input: createInput(values, idempotency.key) });
    idempotency.renew();
    report(errors);
    if (payload) onCreated(payload.secret);
  }

  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack>
        <FormAlert errors={rest} />
        <TextInput label="Name" required data-autofocus {...form.getInputProps('name')} />
        <Textarea label="Note" autosize minRows={1} maxRows={4} {...form.getInputProps('note')} />
        <TextInput
          label="Client"
          description="The id of the client that it belongs to. Without one it is yours."
          spellCheck={false}
          {...form.getInputProps('ownerClientId')}
        />
        <Checkbox.Group label="What for" {...form.getInputProps('uses')}>
          <Group mt={4}>
            <Checkbox value="EXCHANGE" label="To be exchanged for tokens" />
            <Checkbox value="DIRECT" label="To be shown itself" />
          </Group>
        </Checkbox.Group>
        <Limits form={form} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isRunning}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Limits({ form }: { form: ReturnType<typeof useForm<NewApiKey>> }) {
  return (
    <>
      <TextInput
        label="Scopes"
        description="What its tokens may carry, such as auther:api."
        spellCheck={false}
        {...form.getInputProps('scopes')}
      />
      <TextInput
        label="Networks"
        description="Where it may be used from, such as 10.0.0.0/8. Without one, everywhere."
        spellCheck={false}
        {...form.getInputProps('allowedAddresses')}
      />
      <Group grow align="flex-start">
        <NumberInput
          label="Uses a minute"
          min={1}
          allowDecimal={false}
          {...form.getInputProps('rateLimitPerMinute')}
        />
        <TextInput label="Expires" type="datetime-local" {...form.getInputProps('expiresAt')} />
      </Group>
    </>
  );
}
