import { NativeSelect, SimpleGrid, Switch, Text, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ClientDetailFieldsFragment } from '../gen/graphql';
import { Section } from '../shared/Section';
import { duration } from '../shared/times';
import { UriList } from '../shared/UriList';
import { KIND_FACTS } from './kinds';
import { ScopesInput } from './ScopesInput';
import { ALGORITHMS, type SettingsValues } from './settings';

interface FieldsProps {
  form: UseFormReturnType<SettingsValues>;
  client: ClientDetailFieldsFragment;
  isReadOnly: boolean;
}

export function AppearanceFields({ form, isReadOnly }: FieldsProps) {
  return (
    <Section title="App" description="What people and operators see of it.">
      <TextInput label="Name" required readOnly={isReadOnly} {...form.getInputProps('name')} />
      <Textarea
        label="Description"
        autosize
        minRows={1}
        maxRows={4}
        readOnly={isReadOnly}
        {...form.getInputProps('description')}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label="Home page"
          placeholder="https://…"
          readOnly={isReadOnly}
          {...form.getInputProps('clientUri')}
        />
        <TextInput
          label="Logo"
          placeholder="https://…"
          readOnly={isReadOnly}
          {...form.getInputProps('logoUri')}
        />
      </SimpleGrid>
      <Switch
        label="Enabled"
        description="A disabled client gets no tokens"
        disabled={isReadOnly}
        {...form.getInputProps('isEnabled', { type: 'checkbox' })}
      />
      <Switch
        label="First party"
        description="One of your own apps: people are not asked for consent"
        disabled={isReadOnly}
        {...form.getInputProps('isFirstParty', { type: 'checkbox' })}
      />
    </Section>
  );
}

export function RedirectFields({ form, client, isReadOnly }: FieldsProps) {
  const facts = KIND_FACTS[client.kind];
  if (!facts.hasRedirects) return null;
  return (
    <Section
      title="Redirects"
      description="Compared exactly. Their origins may also call the token endpoint from a browser."
    >
      <UriList
        label="Redirect URIs"
        name="redirectUris"
        placeholder={facts.redirectExample}
        values={form.values.redirectUris}
        errors={form.errors}
        isReadOnly={isReadOnly}
        onChange={(values) => form.setFieldValue('redirectUris', values)}
      />
      <UriList
        label="Post-logout redirect URIs"
        name="postLogoutRedirectUris"
        placeholder="https://app.example.com/"
        values={form.values.postLogoutRedirectUris}
        errors={form.errors}
        isReadOnly={isReadOnly}
        onChange={(values) => form.setFieldValue('postLogoutRedirectUris', values)}
      />
    </Section>
  );
}

export function TokenFields({ form, isReadOnly }: Omit<FieldsProps, 'client'>) {
  const { accessTokenTtlSeconds, refreshTokenTtlSeconds, idTokenSignedResponseAlg } = form.values;
  const algorithms = [...new Set([idTokenSignedResponseAlg, ...ALGORITHMS])].filter(Boolean);
  return (
    <Section title="Tokens">
      <ScopesInput
        isReadOnly={isReadOnly}
        value={form.values.scopes}
        error={form.errors.scopes}
        onChange={(scopes) => form.setFieldValue('scopes', scopes)}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          type="number"
          label="Access token lives, seconds"
          description={<Duration seconds={accessTokenTtlSeconds} />}
          min={1}
          step={1}
          required
          readOnly={isReadOnly}
          {...form.getInputProps('accessTokenTtlSeconds')}
        />
        <TextInput
          type="number"
          label="Refresh token lives, seconds"
          description={<Duration seconds={refreshTokenTtlSeconds} />}
          min={1}
          step={1}
          required
          readOnly={isReadOnly}
          {...form.getInputProps('refreshTokenTtlSeconds')}
        />
      </SimpleGrid>
      <NativeSelect
        label="ID token signed with"
        data={algorithms}
        disabled={isReadOnly}
        maw={240}
        {...form.getInputProps('idTokenSignedResponseAlg')}
      />
    </Section>
  );
}

function Duration({ seconds }: { seconds: string }) {
  const value = Number(seconds);
  return (
    <Text span inherit>
      {value > 0 ? duration(value) : 'not set'}
    </Text>
  );
}
