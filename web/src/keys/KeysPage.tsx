import { SimpleGrid, Skeleton } from '@mantine/core';
import { KeyRound } from 'lucide-react';
import { useQuery } from 'urql';
import { SigningKeysDocument } from '../gen/graphql';
import { Empty } from '../shared/Empty';
import { PageHead } from '../shared/PageHead';
import { ProblemPanel } from '../shared/ProblemPanel';
import { KeyCard } from './KeyCard';

export function KeysPage() {
  const [{ data, error }, refetch] = useQuery({ query: SigningKeysDocument });
  return (
    <>
      <PageHead
        title="Signing keys"
        description="Tokens are signed with these. A key is published before it signs and verifies for a while after; rotation happens by itself."
      />
      {error && !data && (
        <ProblemPanel error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
      )}
      {!error && !data && <LoadingKeys />}
      {data?.signingKeys.length === 0 && (
        <Empty icon={KeyRound} title="No keys yet">
          The first ones are made when the server starts.
        </Empty>
      )}
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        {data?.signingKeys.map((key) => (
          <KeyCard key={key.id} signingKey={key} />
        ))}
      </SimpleGrid>
    </>
  );
}

function LoadingKeys() {
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} aria-busy aria-label="Loading the keys">
      <Skeleton h={190} radius="md" />
      <Skeleton h={190} radius="md" />
    </SimpleGrid>
  );
}
