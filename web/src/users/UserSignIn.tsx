import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useQuery } from 'urql';
import {
  type FactorsFieldsFragment,
  LinkedIdentityDeleteDocument,
  type LinkedIdentityFieldsFragment,
  type UserDetailFieldsFragment,
  UserFactorsDocument,
  UserFactorsResetDocument,
  UserLinkedIdentitiesDocument,
} from '../gen/graphql';
import { useAction } from '../shared/actions';
import { ConfirmButton } from '../shared/ConfirmButton';
import { FormAlert } from '../shared/FormAlert';
import { ProblemPanel } from '../shared/ProblemPanel';
import { Section } from '../shared/Section';
import { Time } from '../shared/Time';
import { notifyDone } from '../shared/toasts';
import { useCan } from '../shell/viewer';
import { factorRows } from './factors';

/** More links than anybody has. */
const SHOWN = 100;

interface UserSignInProps {
  user: UserDetailFieldsFragment;
  isOwn: boolean;
}

/** What a user signs in with besides a password; an operator takes away what was lost. */
export function UserSignIn({ user, isOwn }: UserSignInProps) {
  const [factors, refetchFactors] = useQuery({ query: UserFactorsDocument, variables: { id: user.id } });
  const [links, refetchLinks] = useQuery({
    query: UserLinkedIdentitiesDocument,
    variables: { id: user.id, first: SHOWN },
  });
  const error = factors.error ?? links.error;
  const reload = () => {
    refetchFactors({ requestPolicy: 'network-only' });
    refetchLinks({ requestPolicy: 'network-only' });
  };
  if (error) return <ProblemPanel error={error} onRetry={reload} />;
  const found = factors.data?.user?.factors;
  const identities = links.data?.user?.linkedIdentities.nodes;
  if (!found || !identities) return <Skeleton h={280} aria-label="Loading" />;
  return (
    <Stack gap="lg">
      {isOwn && (
        <Group>
          <Button component="a" href="/account/security" variant="default">
            Change how you sign in
          </Button>
        </Group>
      )}
      <Factors user={user} factors={found} isOwn={isOwn} onChange={reload} />
      <Links identities={identities} isOwn={isOwn} onChange={reload} />
    </Stack>
  );
}

interface FactorsProps extends UserSignInProps {
  factors: FactorsFieldsFragment;
  onChange: () => void;
}

function Factors({ user, factors, isOwn, onChange }: FactorsProps) {
  const [failed, setFailed] = useState<string[]>([]);
  const reset = useAction(UserFactorsResetDocument, (data) => data.userFactorsReset);
  const can = useCan();
  async function submit() {
    const { errors } = await reset.run({ input: { id: user.id } });
    setFailed((errors ?? []).map((error) => error.message));
    if (errors) return;
    notifyDone('The second factors are gone.');
    onChange();
  }
  const rows = factorRows(factors);
  return (
    <Section title="Second factors" description="What is asked for after the password, or instead of it.">
      <FormAlert errors={failed} />
      {rows.length === 0 && <Text size="sm">None: a password alone opens the account.</Text>}
      {rows.map((row) => (
        <div key={row.key}>
          <Text size="sm">{row.label}</Text>
          <Text size="xs" c="dimmed">
            {row.since && (
              <>
                Since <Time value={row.since} />
              </>
            )}
            {row.usedAt && (
              <>
                , last used <Time value={row.usedAt} />
              </>
            )}
            {row.note}
          </Text>
        </div>
      ))}
      {factors.isProtected && can.platformManage && !isOwn && (
        <Group>
          <ConfirmButton
            label={`Reset the second factors of ${user.email}`}
            title="Reset second factors"
            question="For somebody who lost them: the password alone opens the account then, and the person is told by mail."
            isRunning={reset.isRunning}
            onConfirm={submit}
          >
            Reset
          </ConfirmButton>
        </Group>
      )}
    </Section>
  );
}

interface LinksProps {
  identities: readonly LinkedIdentityFieldsFragment[];
  isOwn: boolean;
  onChange: () => void;
}

function Links({ identities, isOwn, onChange }: LinksProps) {
  const [failed, setFailed] = useState<string[]>([]);
  const can = useCan();
  return (
    <Section title="Linked accounts" description="Accounts at identity providers that sign in to this one.">
      <FormAlert errors={failed} />
      {identities.length === 0 && <Text size="sm">None.</Text>}
      {identities.map((identity) => (
        <Group key={identity.id} justify="space-between" wrap="nowrap">
          <div>
            <Text size="sm">{identity.providerName}</Text>
            <Text size="xs" c="dimmed">
              {identity.email ?? identity.subject}
              {identity.lastUsedAt && (
                <>
                  , last used <Time value={identity.lastUsedAt} />
                </>
              )}
            </Text>
          </div>
          {can.usersUpdate && !isOwn && (
            <Disconnect identity={identity} onFailed={setFailed} onDone={onChange} />
          )}
        </Group>
      ))}
    </Section>
  );
}

interface DisconnectProps {
  identity: LinkedIdentityFieldsFragment;
  onFailed: (messages: string[]) => void;
  onDone: () => void;
}

function Disconnect({ identity, onFailed, onDone }: DisconnectProps) {
  const action = useAction(LinkedIdentityDeleteDocument, (data) => data.linkedIdentityDelete);
  async function submit() {
    const { errors } = await action.run({ input: { id: identity.id } });
    onFailed((errors ?? []).map((error) => error.message));
    if (errors) return;
    notifyDone('The account is disconnected.');
    onDone();
  }
  return (
    <ConfirmButton
      label={`Disconnect ${identity.providerName}`}
      title={`Disconnect ${identity.providerName}`}
      question="The person cannot sign in with it any more."
      isRunning={action.isRunning}
      onConfirm={submit}
    >
      Disconnect
    </ConfirmButton>
  );
}
