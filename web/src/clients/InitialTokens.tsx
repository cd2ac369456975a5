import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { Plus, Ticket } from 'lucide-react';
import { useState } from 'react';
import { useQuery } from 'urql';
import {
  type InitialAccessTokenFieldsFragment,
  InitialAccessTokenRevokeDocument,
  InitialAccessTokensDocument,
} from '../gen/graphql';
import { useAction } from '../shared/actions';
import { ConfirmButton } from '../shared/ConfirmButton';
import { type Column, DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { FormAlert } from '../shared/FormAlert';
import { StatusDot } from '../shared/StatusDot';
import { Time } from '../shared/Time';
import { useCan } from '../shell/viewer';
import { CreateInitialToken } from './CreateInitialToken';
import { usesOf } from './initialTokens';
import { SecretOnce } from './SecretOnce';

const SHOWN = 50;

/** The tokens that apps register themselves with: the latest ones, and a form for another. */
export function InitialTokens({ onClose }: { onClose: () => void }) {
  const can = useCan();
  const [isAdding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const isHeld = secret !== null;
  function finish() {
    setSecret(null);
    setAdding(false);
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={isHeld ? 'Store the token now' : isAdding ? 'New registration token' : 'Registration tokens'}
      size="xl"
      closeOnClickOutside={!isHeld}
      closeOnEscape={!isHeld}
      withCloseButton={!isHeld}
    >
      {isHeld ? (
        <Stack>
          <SecretOnce secret={secret} what="registration token" />
          <Group justify="flex-end">
            <Button onClick={finish}>I have stored the token</Button>
          </Group>
        </Stack>
      ) : isAdding ? (
        <CreateInitialToken onBack={() => setAdding(false)} onCreated={setSecret} />
      ) : (
        <TokenList add={can.clientsCreate ? () => setAdding(true) : undefined} />
      )}
    </Modal>
  );
}

function TokenList({ add }: { add: (() => void) | undefined }) {
  const [failed, setFailed] = useState<string[]>([]);
  const [{ data, fetching, error }, refetch] = useQuery({
    query: InitialAccessTokensDocument,
    variables: { first: SHOWN },
  });
  const button = add && (
    <Button leftSection={<Plus size={16} />} onClick={add}>
      New token
    </Button>
  );
  return (
    <Stack>
      <FormAlert errors={failed} />
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Text size="sm">
          Whoever has one of these can register apps without an operator. Each app asks users before it gets
          anything.
        </Text>
        {button}
      </Group>
      <DataTable
        label="Registration tokens"
        columns={add ? [...COLUMNS, revokeColumn(setFailed)] : COLUMNS}
        rows={data?.initialAccessTokens.nodes}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
        empty={
          <Empty icon={Ticket} title="No tokens yet">
            Make one for a build pipeline, or for a partner.
          </Empty>
        }
      />
    </Stack>
  );
}

const COLUMNS: readonly Column<InitialAccessTokenFieldsFragment>[] = [
  {
    key: 'name',
    header: 'Token',
    render: (token) => (
      <>
        <Text size="sm">{token.name}</Text>
        <Text size="xs" c="dimmed">
          …{token.hint}
        </Text>
      </>
    ),
  },
  {
    key: 'state',
    header: 'Status',
    render: (token) => (
      <Text size="sm" component="span">
        <StatusDot tone={token.isUsable ? 'good' : 'quiet'}>
          {token.isUsable ? 'Usable' : token.revokedAt ? 'Revoked' : 'Over'}
        </StatusDot>
      </Text>
    ),
  },
  { key: 'uses', header: 'Apps', render: (token) => <Text size="sm">{usesOf(token)}</Text> },
  {
    key: 'expiresAt',
    header: 'Ends',
    visibleFrom: 'sm',
    render: (token) =>
      token.expiresAt ? <Time value={token.expiresAt} size="sm" /> : <Text size="sm">Never</Text>,
  },
];

function revokeColumn(onFailed: (messages: string[]) => void): Column<InitialAccessTokenFieldsFragment> {
  return {
    key: 'actions',
    header: 'Actions',
    isHeaderHidden: true,
    width: 110,
    render: (token) => (token.isUsable ? <Revoke token={token} onFailed={onFailed} /> : null),
  };
}

interface RevokeProps {
  token: InitialAccessTokenFieldsFragment;
  onFailed: (messages: string[]) => void;
}

function Revoke({ token, onFailed }: RevokeProps) {
  const revoke = useAction(InitialAccessTokenRevokeDocument, (data) => data.initialAccessTokenRevoke);
  async function submit() {
    const { errors } = await revoke.run({ input: { id: token.id } });
    onFailed((errors ?? []).map((error) => error.message));
  }
  return (
    <ConfirmButton
      label={`Revoke ${token.name}`}
      title={`Revoke ${token.name}`}
      question="Nobody can register with it any more. Apps that did stay."
      isRunning={revoke.isRunning}
      onConfirm={submit}
    >
      Revoke
    </ConfirmButton>
  );
}
