import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from 'urql';
import { type IdentityProviderFieldsFragment, IdentityProviderTestDocument } from '../gen/graphql';
import { ProblemPanel } from '../shared/ProblemPanel';
import { StatusDot } from '../shared/StatusDot';

const STEPS: Record<string, string> = {
  discovery: 'Discovery document',
  keys: 'Signing keys',
  endpoints: 'Endpoints are set; only a sign-in can try them',
};

interface TestProviderProps {
  provider: IdentityProviderFieldsFragment;
  onClose: () => void;
}

/** What can be tried without a person, tried now; the rest is a sign-in away. */
export function TestProvider({ provider, onClose }: TestProviderProps) {
  const [{ data, fetching, error }, refetch] = useQuery({
    query: IdentityProviderTestDocument,
    variables: { id: provider.id },
    requestPolicy: 'network-only',
  });
  const found = data?.node?.__typename === 'IdentityProvider' ? data.node.findings : [];
  const again = () => refetch({ requestPolicy: 'network-only' });
  return (
    <Modal opened onClose={onClose} title={`Test ${provider.name}`}>
      <Stack>
        {error && <ProblemPanel error={error} onRetry={again} />}
        {found.map((each) => (
          <div key={each.step}>
            <Text size="sm" component="span">
              <StatusDot tone={each.problem ? 'bad' : 'good'}>{STEPS[each.step] ?? each.step}</StatusDot>
            </Text>
            {each.problem && (
              <Text size="sm" c="dimmed">
                {each.problem}
              </Text>
            )}
          </div>
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={again} loading={fetching}>
            Test again
          </Button>
          <Button component="a" href={`/signin/with/${provider.slug}?next=/account/security`} target="_blank">
            Sign in with it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
