import { Button, Group, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { ClientCreateDocument, type ClientCreateMutation, type ClientKind } from '../gen/graphql';
import { useAction, useFormReport, useIdempotencyKey } from '../shared/actions';
import { filled } from '../shared/changes';
import { FormAlert } from '../shared/FormAlert';
import { UriList } from '../shared/UriList';
import { KIND_FACTS } from './kinds';
import { ScopesInput } from './ScopesInput';

interface CreateClientFormProps {
  kind: ClientKind;
  onBack: () => void;
  onCreated: (created: ClientCreateMutation['clientCreate']) => void;
}

interface NewClient {
  name: string;
  description: string;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  scopes: string[];
  isFirstParty: boolean;
}

function initialValues(kind: ClientKind): NewClient {
  const scopes = kind === 'MACHINE' ? [] : ['openid', 'profile', 'email'];
  return {
    name: '',
    description: '',
    redirectUris: [],
    postLogoutRedirectUris: [],
    scopes,
    isFirstParty: false,
  };
}

export function CreateClientForm({ kind, onBack, onCreated }: CreateClientFormProps) {
  const facts = KIND_FACTS[kind];
  const idempotency = useIdempotencyKey();
  const form = useForm<NewClient>({ initialValues: initialValues(kind) });
  const { rest, report } = useFormReport(form);
  const create = useAction(ClientCreateDocument, (data) => data.clientCreate);

  async function submit(values: NewClient) {
    const redirectUris = filled(values.redirectUris);
    const postLogoutRedirectUris = filled(values.postLogoutRedirectUris);
    form.setValues({ redirectUris, postLogoutRedirectUris });
    const { payload, errors } = await create.run({
      input: {
        kind,
        name: values.name,
        description: values.description || null,
        scopes: values.scopes,
        ...(facts.hasRedirects ? { redirectUris, postLogoutRedirectUris } : {}),
        ...(kind === 'MACHINE' ? {} : { isFirstParty: values.isFirstParty }),
        idempotencyKey: idempotency.key,
      },
    });
    idempotency.renew();
    report(errors);
    if (payload) onCreated(payload);
  }

  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack>
        <FormAlert errors={rest} />
        <TextInput
          label="Name"
          description={kind === 'MACHINE' ? undefined : 'People see it when they sign in'}
          required
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Textarea
          label="Description"
          autosize
          minRows={1}
          maxRows={4}
          {...form.getInputProps('description')}
        />
        {facts.hasRedirects && (
          <>
            <UriList
              label="Redirect URIs"
              name="redirectUris"
              description="Where the app takes people back after signing in. Compared exactly."
              placeholder={facts.redirectExample}
              values={form.values.redirectUris}
              errors={form.errors}
              onChange={(values) => form.setFieldValue('redirectUris', values)}
            />
            <UriList
              label="Post-logout redirect URIs"
              name="postLogoutRedirectUris"
              placeholder="https://app.example.com/"
              values={form.values.postLogoutRedirectUris}
              errors={form.errors}
              onChange={(values) => form.setFieldValue('postLogoutRedirectUris', values)}
            />
          </>
        )}
        <ScopesInput
          value={form.values.scopes}
          error={form.errors.scopes}
          onChange={(scopes) => form.setFieldValue('scopes', scopes)}
        />
        {kind !== 'MACHINE' && (
          <Switch
            label="First party"
            description="One of your own apps: people are not asked for consent"
            {...form.getInputProps('isFirstParty', { type: 'checkbox' })}
          />
        )}
        <Group justify="space-between">
          <Button variant="subtle" color="gray" onClick={onBack}>
            Another kind
          </Button>
          <Button type="submit" loading={create.isRunning}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
