import { Tabs } from '@mantine/core';
import { CodeBlock } from '../shared/Copy';
import { type ConnectedClient, snippets } from './connect';

interface SnippetsProps {
  client: ConnectedClient;
  issuer: string;
  secret?: string | null;
}

export function Snippets({ client, issuer, secret = null }: SnippetsProps) {
  const all = snippets(client, issuer, secret);
  return (
    <Tabs defaultValue={all[0]?.id ?? null} variant="pills" keepMounted={false}>
      <Tabs.List mb="sm">
        {all.map(({ id, label }) => (
          <Tabs.Tab key={id} value={id}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {all.map(({ id, label, code }) => (
        <Tabs.Panel key={id} value={id}>
          <CodeBlock value={code} label={`snippet for ${label}`} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
