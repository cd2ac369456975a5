import { Button, Group, Skeleton, Tabs, Text, Title } from '@mantine/core';
import { lazyRouteComponent } from '@tanstack/react-router';
import { FileX2 } from 'lucide-react';
import { Suspense } from 'react';
import { useQuery } from 'urql';
import type { ScopeProps } from '../authz/scope';
import { VIEWS } from '../authz/search';
import { type PolicyDetailFieldsFragment, PolicyDocument } from '../gen/graphql';
import { Empty } from '../shared/Empty';
import { ProblemPanel } from '../shared/ProblemPanel';
import shared from '../shared/shared.module.css';
import { BackToPolicies } from './BackToPolicies';
import { keepDraft } from './draft';
import { PolicyEditor } from './PolicyEditor';
import classes from './policies.module.css';
import { usageText } from './verdicts';

const Evaluations = lazyRouteComponent(() => import('./Evaluations'), 'Evaluations');
const PolicyVersions = lazyRouteComponent(() => import('./PolicyVersions'), 'PolicyVersions');
const DeletePolicy = lazyRouteComponent(() => import('./DeletePolicy'), 'DeletePolicy');

export function PolicyPage({ id, scope, search, move }: ScopeProps & { id: string }) {
  const [{ data, error }, refetch] = useQuery({ query: PolicyDocument, variables: { id } });
  const reload = () => refetch({ requestPolicy: 'network-only' });
  const at = (shows: (typeof VIEWS)[number]) => ({ part: 'policies' as const, policy: id, shows });
  const policy = data?.policy;
  if (error && !data) return <ProblemPanel error={error} onRetry={reload} />;
  if (!data) return <Skeleton h={320} aria-label="Loading the policy" />;
  if (!policy) return <NoPolicy move={move} />;
  return (
    <>
      <BackToPolicies move={move} />
      <Group justify="space-between" align="flex-start" mb="md" wrap="nowrap">
        <div className={shared.shrink}>
          <Title order={2} className={classes.name}>
            {policy.name}
          </Title>
          <UsageLine name={policy.name} usage={policy.usage} />
        </div>
        <Button variant="default" flex="none" onClick={() => move({ ...search, dialog: 'policy' })}>
          Delete…
        </Button>
      </Group>
      <Tabs
        value={search.shows ?? 'source'}
        onChange={(view) => move(at(VIEWS.find((each) => each === view) ?? 'source'))}
        keepMounted={false}
      >
        <Tabs.List mb="md" aria-label={policy.name}>
          <Tabs.Tab value="source">Source</Tabs.Tab>
          <Tabs.Tab value="evaluations">Evaluations</Tabs.Tab>
          <Tabs.Tab value="versions">Versions</Tabs.Tab>
        </Tabs.List>
        <Suspense fallback={<Skeleton h={320} />}>
          <Tabs.Panel value="source">
            <PolicyEditor
              scope={scope}
              policy={policy}
              onSaved={() => undefined}
              onConflict={reload}
              onVersions={() => move(at('versions'))}
            />
          </Tabs.Panel>
          <Tabs.Panel value="evaluations">
            <Evaluations id={id} scope={scope} search={search} move={move} />
          </Tabs.Panel>
          <Tabs.Panel value="versions">
            <PolicyVersions
              policy={policy}
              scope={scope}
              search={search}
              move={move}
              onRestore={(draft) => {
                keepDraft(scope, id, draft);
                move(at('source'));
              }}
            />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
      <Suspense>
        {search.dialog === 'policy' && (
          <DeletePolicy
            policy={policy}
            onRefused={reload}
            onDeleted={() => {
              keepDraft(scope, id, null);
              move({ part: 'policies' }, true);
            }}
            onClose={() => move({ ...search, dialog: undefined }, true)}
          />
        )}
      </Suspense>
    </>
  );
}

function UsageLine({ name, usage }: Pick<PolicyDetailFieldsFragment, 'name' | 'usage'>) {
  const text = usageText(usage);
  if (!text)
    return (
      <Text size="sm" c="dimmed">
        Nothing asks it yet: write <span className={shared.mono}>policy {name}</span> behind a permission of
        the model, or choose it for a tuple.
      </Text>
    );
  return (
    <Text size="sm" c="dimmed">
      Asked by {text}
      {usage.names.length > 0 &&
        `: ${usage.names.join(', ')}${usage.permissions > usage.names.length ? ', …' : ''}`}
    </Text>
  );
}

function NoPolicy({ move }: Pick<ScopeProps, 'move'>) {
  return (
    <>
      <BackToPolicies move={move} />
      <div className={shared.surface}>
        <Empty icon={FileX2} title="There is no such policy">
          It may have been deleted.
        </Empty>
      </div>
    </>
  );
}
