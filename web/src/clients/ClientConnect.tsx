import { Stack } from '@mantine/core';
import { Fragment } from 'react';
import type { ClientDetailFieldsFragment } from '../gen/graphql';
import { CopyValue } from '../shared/Copy';
import { Section } from '../shared/Section';
import { useViewer } from '../shell/viewer';
import classes from './clients.module.css';
import { endpoints } from './connect';
import { Snippets } from './Snippets';

export function ClientConnect({ client }: { client: ClientDetailFieldsFragment }) {
  const { server } = useViewer();
  return (
    <Stack gap="lg">
      <Section
        title="Values"
        description="Most libraries need only the client id and the issuer; they discover the rest."
      >
        <dl className={classes.values}>
          {endpoints(client, server.issuer).map(({ label, value }) => (
            <Fragment key={label}>
              <dt>{label}</dt>
              <dd>
                <CopyValue value={value} label={label.toLowerCase()} />
              </dd>
            </Fragment>
          ))}
        </dl>
      </Section>
      <Section title="Code" description="A start for this kind of app, with this client's values.">
        <Snippets client={client} issuer={server.issuer} />
      </Section>
    </Stack>
  );
}
