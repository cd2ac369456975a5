import { NativeSelect, SimpleGrid, Switch, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ClientDetailFieldsFragment } from '../gen/graphql';
import { Section } from '../shared/Section';
import { ASSERTION_ALGORITHMS } from './grants';
import { KIND_FACTS } from './kinds';
import { ALGORITHMS, type SettingsValues } from './settings';

interface FieldsProps {
  form: UseFormReturnType<SettingsValues>;
  client: ClientDetailFieldsFragment;
  isReadOnly: boolean;
}

const PLAIN = { value: '', label: 'not signed: plain JSON' };
const SUBJECTS = [
  { value: 'public', label: 'the same ids as everybody (public)' },
  { value: 'pairwise', label: 'ids of its own (pairwise)' },
];

/** How requests of the client must come. */
export function RequestFields({ form, client, isReadOnly }: FieldsProps) {
  const facts = KIND_FACTS[client.kind];
  if (!facts.hasRedirects) return null;
  return (
    <Section title="Requests" description="How strictly it must ask for a sign-in.">
      {facts.isConfidential && (
        <Switch
          label="PKCE is required"
          description="Public clients always need it"
          disabled={isReadOnly}
          {...form.getInputProps('requirePkce', { type: 'checkbox' })}
        />
      )}
      <Switch
        label="Requests are pushed first"
        description="The browser only carries a reference (PAR, RFC 9126)"
        disabled={isReadOnly}
        {...form.getInputProps('requirePushedAuthorizationRequests', { type: 'checkbox' })}
      />
      {facts.isConfidential && <SignedRequestFields form={form} isReadOnly={isReadOnly} />}
      <Switch
        label="A second factor is required"
        description="Whoever has none sets one up at sign-in"
        disabled={isReadOnly}
        {...form.getInputProps('requireMfa', { type: 'checkbox' })}
      />
      <TextInput
        type="number"
        label="Longest age of a sign-in, seconds"
        description="Older ones are asked for again, unless the request says otherwise"
        min={0}
        step={1}
        maw={320}
        readOnly={isReadOnly}
        {...form.getInputProps('defaultMaxAge')}
      />
    </Section>
  );
}

function SignedRequestFields({ form, isReadOnly }: Omit<FieldsProps, 'client'>) {
  return (
    <>
      <Switch
        label="Requests are signed"
        description="With one of its public keys (JAR, RFC 9101)"
        disabled={isReadOnly}
        {...form.getInputProps('requireSignedRequestObject', { type: 'checkbox' })}
      />
      <NativeSelect
        label="Requests are signed with"
        data={[
          { value: '', label: 'any of the offered algorithms' },
          ...ASSERTION_ALGORITHMS,
          { value: 'none', label: 'nothing: they are not signed' },
        ]}
        disabled={isReadOnly}
        maw={320}
        {...form.getInputProps('requestObjectSigningAlg')}
      />
    </>
  );
}

/** What it learns of people, and how answers to it are secured. */
export function AnswerFields({ form, isReadOnly }: Omit<FieldsProps, 'client'>) {
  const signed = [PLAIN, ...ALGORITHMS];
  return (
    <Section title="Answers" description="How people are named to it, and how answers are secured.">
      <Switch
        label="Tokens are bound to a key"
        description="A stolen token is of no use alone (DPoP, RFC 9449)"
        disabled={isReadOnly}
        {...form.getInputProps('dpopBoundAccessTokens', { type: 'checkbox' })}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NativeSelect
          label="It sees people under"
          data={SUBJECTS}
          disabled={isReadOnly}
          {...form.getInputProps('subjectType')}
        />
        <TextInput
          label="Sector"
          placeholder="https://example.com/redirects.json"
          description="Clients of one sector see the same ids"
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          readOnly={isReadOnly}
          {...form.getInputProps('sectorIdentifierUri')}
        />
        <NativeSelect
          label="User info"
          data={signed}
          disabled={isReadOnly}
          {...form.getInputProps('userinfoSignedResponseAlg')}
        />
        <NativeSelect
          label="Introspection as a JWT"
          data={[{ value: '', label: 'as ID tokens are signed' }, ...ALGORITHMS]}
          disabled={isReadOnly}
          {...form.getInputProps('introspectionSignedResponseAlg')}
        />
      </SimpleGrid>
    </Section>
  );
}

/** Where it is told that a session ended. */
export function LogoutFields({ form, client, isReadOnly }: FieldsProps) {
  if (!KIND_FACTS[client.kind].hasRedirects) return null;
  return (
    <Section title="Sign-out" description="Where the app is told that a session ended.">
      {(['backchannel', 'frontchannel'] as const).map((channel) => (
        <ChannelFields key={channel} channel={channel} form={form} isReadOnly={isReadOnly} />
      ))}
    </Section>
  );
}

const CHANNELS = {
  backchannel: {
    label: 'Back-channel address',
    description: 'Called by the server, also when the browser is gone',
    session: 'Each call names the session',
  },
  frontchannel: {
    label: 'Front-channel address',
    description: 'Opened in a frame of the sign-out page, on the origin of a redirect URI',
    session: 'The address gets the session',
  },
} as const;

interface ChannelProps extends Omit<FieldsProps, 'client'> {
  channel: keyof typeof CHANNELS;
}

function ChannelFields({ channel, form, isReadOnly }: ChannelProps) {
  const facts = CHANNELS[channel];
  return (
    <>
      <TextInput
        label={facts.label}
        description={facts.description}
        placeholder="https://app.example.com/signed-out"
        readOnly={isReadOnly}
        {...form.getInputProps(`${channel}LogoutUri`)}
      />
      <Switch
        label={facts.session}
        disabled={isReadOnly}
        {...form.getInputProps(`${channel}LogoutSessionRequired`, { type: 'checkbox' })}
      />
    </>
  );
}
