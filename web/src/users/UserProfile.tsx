import { Button, Group, JsonInput, NativeSelect, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { type UserDetailFieldsFragment, UserUpdateDocument } from '../gen/graphql';
import { useAction, useFormReport } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { Section } from '../shared/Section';
import { notifyDone } from '../shared/toasts';
import { useCan } from '../shell/viewer';
import { attributesError, type ProfileValues, profileInput, profileValues } from './profile';

const ZONES = Intl.supportedValuesOf('timeZone');

/** Profile of a user; read-only for those who may not update users. */
export function UserProfile({ user }: { user: UserDetailFieldsFragment }) {
  const isReadOnly = !useCan().usersUpdate;
  const [before] = useState(() => profileValues(user));
  const form = useForm<ProfileValues>({ initialValues: before, validate: { attributes: attributesError } });
  const { rest, report } = useFormReport(form);
  const update = useAction(UserUpdateDocument, (data) => data.userUpdate);
  const zones = before.zoneinfo && !ZONES.includes(before.zoneinfo) ? [before.zoneinfo, ...ZONES] : ZONES;

  async function submit(values: ProfileValues) {
    const { payload, errors } = await update.run({ input: profileInput(user.id, before, values) });
    report(errors);
    if (payload) notifyDone('The profile was saved.');
  }

  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack gap="lg">
        <FormAlert errors={rest} />
        <Section title="Account" description="How the user signs in.">
          <TextInput
            readOnly={isReadOnly}
            label="Mail address"
            type="email"
            required
            {...form.getInputProps('email')}
          />
          <Switch
            label="The address is verified"
            disabled={isReadOnly}
            {...form.getInputProps('emailVerified', { type: 'checkbox' })}
          />
          <TextInput readOnly={isReadOnly} label="Username" {...form.getInputProps('username')} />
        </Section>
        <Section title="Profile" description="What apps learn with the scope profile.">
          <TextInput readOnly={isReadOnly} label="Name" {...form.getInputProps('name')} />
          <TextInput
            readOnly={isReadOnly}
            label="Picture"
            type="url"
            placeholder="https://…"
            {...form.getInputProps('picture')}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput
              readOnly={isReadOnly}
              label="Locale"
              placeholder="en-GB"
              {...form.getInputProps('locale')}
            />
            <NativeSelect
              label="Time zone"
              disabled={isReadOnly}
              data={[{ value: '', label: 'Not set' }, ...zones]}
              {...form.getInputProps('zoneinfo')}
            />
          </SimpleGrid>
        </Section>
        <Section title="Attributes" description="A JSON object that policies see as context.user.">
          <JsonInput
            aria-label="Attributes"
            readOnly={isReadOnly}
            autosize
            minRows={4}
            maxRows={16}
            formatOnBlur
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            {...form.getInputProps('attributes')}
          />
        </Section>
        {!isReadOnly && (
          <Group justify="flex-end">
            <Button variant="default" disabled={!form.isDirty()} onClick={form.reset}>
              Undo
            </Button>
            <Button type="submit" disabled={!form.isDirty()} loading={update.isRunning}>
              Save changes
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
