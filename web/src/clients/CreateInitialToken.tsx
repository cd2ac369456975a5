import { Button, Checkbox, Group, NativeSelect, NumberInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { InitialAccessTokenCreateDocument } from '../gen/graphql';
import { useAction, useFormReport, useIdempotencyKey } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { EMPTY_TOKEN, LIFETIMES, type NewToken, tokenInput } from './initialTokens';

interface CreateInitialTokenProps {
  onBack: () => void;
  onCreated: (secret: string | null) => void;
}

export function CreateInitialToken({ onBack, onCreated }: CreateInitialTokenProps) {
  const idempotency = useIdempotencyKey();
  const form = useForm<NewToken>({ initialValues: EMPTY_TOKEN });
  const { rest, report } = useFormReport(form);
  const create = useAction(InitialAccessTokenCreateDocument, (data) => data.initialAccessTokenCreate);

  async function submit(values: NewToken) {
    const { payload, errors } = await create.run({ input: tokenInput(values, idempotency.key) });
    idempotency.renew();
    report(errors);
    if (payload) onCreated(payload.token);
  }

  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack>
        <FormAlert errors={rest} />
        <TextInput
          label="Name"
          description="Who gets it."
          required
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Group grow align="flex-start">
          <NumberInput
            label="Apps that may register"
            description="Empty for any number."
            min={1}
            allowDecimal={false}
            {...form.getInputProps('maxUses')}
          />
          <NativeSelect
            label="Ends after"
            description="Apps stay after that."
            data={LIFETIMES}
            {...form.getInputProps('ttlSeconds')}
          />
        </Group>
        <TextInput
          label="Scopes"
          description="What these apps may ask for, with blanks between. Empty for the usual ones."
          spellCheck={false}
          {...form.getInputProps('scopes')}
        />
        <Checkbox
          label="Apps that keep a secret must use PKCE, too"
          {...form.getInputProps('requirePkce', { type: 'checkbox' })}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onBack}>
            Back
          </Button>
          <Button type="submit" loading={create.isRunning}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
