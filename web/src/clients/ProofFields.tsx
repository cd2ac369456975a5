import { Checkbox, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ClientDetailFieldsFragment } from '../gen/graphql';
import { Section } from '../shared/Section';
import { UriList } from '../shared/UriList';
import { ASSERTION_ALGORITHMS, AUTH_METHODS, GRANT_FACTS, GRANTS_OF, PRIVATE_KEY } from './grants';
import { KIND_FACTS } from './kinds';
import { ScopesInput } from './ScopesInput';
import type { SettingsValues } from './settings';

interface FieldsProps {
  form: UseFormReturnType<SettingsValues>;
  client: ClientDetailFieldsFragment;
  isReadOnly: boolean;
}

/** Grants that a client may use, and how it proves who it is. */
export function ProofFields({ form, client, isReadOnly }: FieldsProps) {
  const isConfidential = KIND_FACTS[client.kind].isConfidential;
  return (
    <Section title="Grants" description="How the client gets tokens, and how it proves who it is.">
      <Checkbox.Group
        label="Grants"
        error={form.errors.grantTypes}
        value={form.values.grantTypes}
        onChange={(grants) => form.setFieldValue('grantTypes', grants)}
      >
        <Stack gap="xs" mt={6}>
          {GRANTS_OF[client.kind].map((grant) => (
            <Checkbox
              key={grant}
              value={grant}
              label={GRANT_FACTS[grant]?.label ?? grant}
              description={GRANT_FACTS[grant]?.summary}
              disabled={isReadOnly}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      {isConfidential && (
        <NativeSelect
          label="It proves itself with"
          data={AUTH_METHODS}
          disabled={isReadOnly}
          {...form.getInputProps('tokenEndpointAuthMethod')}
        />
      )}
      {needsKeys(form.values) && <KeyFields form={form} isReadOnly={isReadOnly} />}
    </Section>
  );
}

/** Keys prove the client, or its requests. */
function needsKeys(values: SettingsValues): boolean {
  return values.tokenEndpointAuthMethod === PRIVATE_KEY || values.requireSignedRequestObject;
}

function KeyFields({ form, isReadOnly }: Omit<FieldsProps, 'client'>) {
  return (
    <>
      <Textarea
        label="Public keys (JWKS)"
        description="RSA, P-256 or Ed25519. Never paste a private key. Leave it empty when the keys have an address."
        autosize
        minRows={3}
        maxRows={14}
        spellCheck={false}
        readOnly={isReadOnly}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        {...form.getInputProps('jwks')}
      />
      <TextInput
        label="Address of the keys"
        placeholder="https://app.example.com/jwks.json"
        readOnly={isReadOnly}
        {...form.getInputProps('jwksUri')}
      />
      <NativeSelect
        label="Assertions are signed with"
        data={[{ value: '', label: 'any of the offered algorithms' }, ...ASSERTION_ALGORITHMS]}
        disabled={isReadOnly}
        maw={320}
        {...form.getInputProps('tokenEndpointAuthSigningAlg')}
      />
    </>
  );
}

/** Which other clients its tokens may go to, and whose may come to it. */
export function ExchangeFields({ form, isReadOnly }: Omit<FieldsProps, 'client'>) {
  return (
    <Section
      title="Other clients"
      description="Ids of clients, with blanks between. Nobody unless you name them."
    >
      <ScopesInput
        label="Its tokens may go to"
        description="They may exchange and introspect its tokens; its own ones may be meant for them."
        isReadOnly={isReadOnly}
        value={form.values.allowedAudiences}
        error={form.errors.allowedAudiences}
        onChange={(ids) => form.setFieldValue('allowedAudiences', ids)}
      />
      <ScopesInput
        label="May get tokens for it"
        description="They may exchange a token for one that is meant for this client."
        isReadOnly={isReadOnly}
        value={form.values.tokenExchangeClients}
        error={form.errors.tokenExchangeClients}
        onChange={(ids) => form.setFieldValue('tokenExchangeClients', ids)}
      />
      <UriList
        label="APIs that it is"
        name="resourceUris"
        placeholder="https://api.example.com/"
        values={form.values.resourceUris}
        errors={form.errors}
        isReadOnly={isReadOnly}
        onChange={(values) => form.setFieldValue('resourceUris', values)}
      />
    </Section>
  );
}
