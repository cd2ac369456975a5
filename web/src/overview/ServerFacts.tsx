import { Stack, Text, Title } from '@mantine/core';
import type { SignUpPolicy, ViewerQuery } from '../gen/graphql';
import { CopyValue } from '../shared/Copy';
import { StatusDot } from '../shared/StatusDot';
import shared from '../shared/shared.module.css';
import { Time } from '../shared/Time';
import classes from './overview.module.css';

const SIGN_UP: Record<SignUpPolicy, string> = {
  CLOSED: 'Closed: operators create users',
  INVITE: 'By invitation',
  DOMAIN: 'For chosen mail domains',
  OPEN: 'Open to everybody',
};

interface ServerFactsProps {
  server: ViewerQuery['server'];
  session: ViewerQuery['viewer']['session'];
}

export function ServerFacts({ server, session }: ServerFactsProps) {
  return (
    <section className={`${shared.surface} ${shared.card}`} aria-labelledby="server-facts">
      <Title order={2} id="server-facts" mb="sm">
        This server
      </Title>
      <Stack gap="md">
        <Fact label="Issuer">
          <CopyValue value={server.issuer} label="issuer" />
        </Fact>
        <Fact label="Discovery">
          <CopyValue value={`${server.issuer}/.well-known/openid-configuration`} label="discovery address" />
        </Fact>
        <Fact label="Sign-up">
          <Text size="sm">{SIGN_UP[server.signUpPolicy]}</Text>
        </Fact>
        <Fact label="Mail">
          <Text size="sm" component="div">
            <StatusDot tone={server.isMailConfigured ? 'good' : 'warn'}>
              {server.isMailConfigured
                ? 'Sent through the mail server'
                : 'Not set up; mails wait in the outbox'}
            </StatusDot>
          </Text>
        </Fact>
        {session && (
          <Fact label="Your session">
            <Text size="sm">
              ends <Time value={session.expiresAt} />
            </Text>
          </Fact>
        )}
        <Fact label="Version">
          <Text size="sm">{server.version}</Text>
        </Fact>
      </Stack>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className={classes.fact}>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <div className={shared.shrink}>{children}</div>
    </div>
  );
}
