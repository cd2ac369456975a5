import {
  Button,
  Group,
  Modal,
  NativeSelect,
  PasswordInput,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { useState } from 'react';
import {
  IdentityProviderCreateDocument,
  type IdentityProviderFieldsFragment,
  IdentityProviderUpdateDocument,
} from '../gen/graphql';
import { useAction, useFormReport } from '../shared/actions';
import { CopyValue } from '../shared/Copy';
import { FormAlert } from '../shared/FormAlert';
import { notifyDone } from '../shared/toasts';
import {
  AUTH_METHODS,
  createInput,
  PRESETS,
  type ProviderValues,
  presetValues,
  providerValues,
  updateInput,
} from './values';

type ProviderForm = UseFormReturnType<ProviderValues>;

/** Set up another provider; what it is best known for comes filled in. */
export function CreateProvider({ onClose }: { onClose: () => void }) {
  const form = useForm<ProviderValues>({ initialValues: presetValues('oidc') });
  const { rest, report } = useFormReport(form);
  const create = useAction(IdentityProviderCreateDocument, (data) => data.identityProviderCreate);
  async function submit(values: ProviderValues) {
    const { payload, errors } = await create.run({ input: createInput(values) });
    report(errors);
    if (!payload) return;
    notifyDone('The provider is set up.');
    onClose();
  }
  return (
    <Modal opened onClose={onClose} title="New identity provider" size="lg">
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          <FormAlert errors={rest} />
          <NativeSelect
            label="Provider"
            data={Object.entries(PRESETS).map(([value, { label }]) => ({ value, label }))}
            onChange={({ currentTarget }) => form.setValues(presetValues(currentTarget.value))}
          />
          <TextInput
            label="Slug"
            description={callback(form.values.slug)}
            placeholder="google"
            required
            {...form.getInputProps('slug')}
          />
          <Fields form={form} />
          <Buttons onClose={onClose} isRunning={create.isRunning} label="Create" />
        </Stack>
      </form>
    </Modal>
  );
}

interface EditProviderProps {
  provider: IdentityProviderFieldsFragment;
  onClose: () => void;
}

export function EditProvider({ provider, onClose }: EditProviderProps) {
  const [before] = useState(() => providerValues(provider));
  const form = useForm<ProviderValues>({ initialValues: before });
  const { rest, report } = useFormReport(form);
  const update = useAction(IdentityProviderUpdateDocument, (data) => data.identityProviderUpdate);
  async function submit(values: ProviderValues) {
    const { payload, errors } = await update.run({ input: updateInput(provider.id, before, values) });
    report(errors);
    if (!payload) return;
    notifyDone('The provider was changed.');
    onClose();
  }
  return (
    <Modal opened onClose={onClose} title={provider.name} size="lg">
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          <FormAlert errors={rest} />
          <CopyValue value={provider.callbackUrl} label="the callback URL" />
          <Fields form={form} hasSecret={provider.hasSecret} />
          <Switch
            label="Enabled"
            description="Its button stands on the sign-in page"
            {...form.getInputProps('isEnabled', { type: 'checkbox' })}
          />
          <Buttons onClose={onClose} isRunning={update.isRunning} label="Save changes" />
        </Stack>
      </form>
    </Modal>
  );
}

function callback(slug: string): string {
  return `Its name in URLs, for good. Register ${location.origin}/signin/with/${slug || '…'}/callback there.`;
}

function Fields({ form, hasSecret = false }: { form: ProviderForm; hasSecret?: boolean }) {
  const isOpenId = form.values.kind === 'OIDC';
  return (
    <>
      <TextInput label="Name" description="As people see it" required {...form.getInputProps('name')} />
      {isOpenId ? (
        <TextInput
          label="Issuer"
          description="Discovery tells the rest"
          placeholder="https://accounts.example.com"
          required
          {...form.getInputProps('issuer')}
        />
      ) : (
        <EndpointFields form={form} />
      )}
      <TextInput label="Client id" required spellCheck={false} {...form.getInputProps('clientId')} />
      <PasswordInput
        label="Client secret"
        description={hasSecret ? 'One is stored; type another to replace it' : undefined}
        autoComplete="off"
        {...form.getInputProps('clientSecret')}
      />
      <NativeSelect
        label="We prove ourselves with"
        data={AUTH_METHODS}
        {...form.getInputProps('tokenEndpointAuthMethod')}
      />
      <TextInput
        label="Scopes"
        description={
          isOpenId ? 'With blanks between; openid, profile and email when empty' : 'With blanks between'
        }
        spellCheck={false}
        {...form.getInputProps('scopes')}
      />
      <Textarea
        label="Claims with other names"
        description={'A JSON object, such as {"sub": "id"}'}
        autosize
        minRows={1}
        spellCheck={false}
        {...form.getInputProps('claims')}
      />
      <TrustFields form={form} />
    </>
  );
}

const ENDPOINTS = [
  ['authorizationEndpoint', 'Authorization endpoint', true],
  ['tokenEndpoint', 'Token endpoint', true],
  ['userinfoEndpoint', 'User endpoint', true],
  ['emailsEndpoint', 'E-mail addresses', false],
] as const;

function EndpointFields({ form }: { form: ProviderForm }) {
  return ENDPOINTS.map(([name, label, isRequired]) => (
    <TextInput
      key={name}
      label={label}
      placeholder="https://…"
      required={isRequired}
      {...form.getInputProps(name)}
    />
  ));
}

function TrustFields({ form }: { form: ProviderForm }) {
  return (
    <>
      <Switch
        label="Its word on e-mail addresses counts"
        description="Who proved an address there is let into the account here that has it"
        {...form.getInputProps('trustsEmail', { type: 'checkbox' })}
      />
      <Switch
        label="It may bring new people"
        description="Who is not known here gets an account; needs the trust above"
        {...form.getInputProps('canSignUp', { type: 'checkbox' })}
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
