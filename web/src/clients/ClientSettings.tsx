import { Button, Group, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { type ClientDetailFieldsFragment, ClientUpdateDocument } from '../gen/graphql';
import { useAction, useFormReport } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { notifyDone } from '../shared/toasts';
import { useCan } from '../shell/viewer';
import { ExchangeFields, ProofFields } from './ProofFields';
import { AnswerFields, LogoutFields, RequestFields } from './ProtocolFields';
import { AppearanceFields, RedirectFields, TokenFields } from './SettingsFields';
import { type SettingsValues, settingsInput, settingsValues, tidySettings } from './settings';

/** Settings of a client; read-only if the config file declares it or the viewer may not change it. */
export function ClientSettings({ client }: { client: ClientDetailFieldsFragment }) {
  const can = useCan();
  const isReadOnly = client.isDeclared || !can.clientsUpdate;
  const [before] = useState(() => settingsValues(client));
  const form = useForm<SettingsValues>({ initialValues: before });
  const { rest, report } = useFormReport(form);
  const update = useAction(ClientUpdateDocument, (data) => data.clientUpdate);

  async function submit(values: SettingsValues) {
    const tidy = tidySettings(values);
    form.setValues(tidy);
    const { payload, errors } = await update.run({ input: settingsInput(client.id, before, tidy) });
    report(errors);
    if (payload) notifyDone('The settings were saved.');
  }

  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack gap="lg">
        <FormAlert errors={rest} />
        <AppearanceFields form={form} client={client} isReadOnly={isReadOnly} />
        <RedirectFields form={form} client={client} isReadOnly={isReadOnly} />
        <ProofFields form={form} client={client} isReadOnly={isReadOnly} />
        <TokenFields form={form} isReadOnly={isReadOnly} />
        <RequestFields form={form} client={client} isReadOnly={isReadOnly} />
        <AnswerFields form={form} isReadOnly={isReadOnly} />
        <LogoutFields form={form} client={client} isReadOnly={isReadOnly} />
        <ExchangeFields form={form} isReadOnly={isReadOnly} />
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
