import { ActionIcon, Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { ChevronDown, ChevronRight, Gavel, RefreshCw, SearchX } from 'lucide-react';
import { useQuery } from 'urql';
import { refText } from '../authz/names';
import { SubjectText } from '../authz/parts';
import type { ScopeProps } from '../authz/scope';
import { type PolicyEvaluationFieldsFragment, PolicyEvaluationsDocument } from '../gen/graphql';
import { CodeBlock } from '../shared/Copy';
import { type Column, DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { Pager } from '../shared/Pager';
import { pageVariables, refine } from '../shared/paging';
import { StatusDot } from '../shared/StatusDot';
import shared from '../shared/shared.module.css';
import { Time } from '../shared/Time';
import { pretty } from './draft';
import classes from './policies.module.css';
import { TONES, took, VERDICTS, WORDS } from './verdicts';

const CHOICES = [
  { value: '', label: 'Any verdict' },
  ...VERDICTS.map((verdict) => ({ value: verdict, label: WORDS[verdict] })),
];

/** What a policy said when checks asked it. */
export function Evaluations({ id, scope, search, move }: ScopeProps & { id: string }) {
  const { verdict, evaluation } = search;
  const [{ data, fetching, error }, refetch] = useQuery({
    query: PolicyEvaluationsDocument,
    variables: { id, filter: verdict ? { verdict } : {}, ...pageVariables(search) },
  });
  const evaluations = data?.policy?.evaluations;
  const reload = () => refetch({ requestPolicy: 'network-only' });
  return (
    <>
      <Group mb="md" gap="sm" justify="space-between">
        <NativeSelect
          aria-label="Verdict"
          data={CHOICES}
          value={verdict ?? ''}
          onChange={({ currentTarget: { value } }) =>
            move(
              refine(search, { verdict: VERDICTS.find((each) => each === value), evaluation: undefined }),
              true,
            )
          }
        />
        <Button variant="default" leftSection={<RefreshCw size={16} />} loading={fetching} onClick={reload}>
          Refresh
        </Button>
      </Group>
      <DataTable
        label="Evaluations"
        columns={columns(scope, evaluation, (next) => move({ ...search, evaluation: next }, true))}
        rows={evaluations?.nodes}
        isFetching={fetching}
        error={error}
        onRetry={reload}
        renderBelow={(row) => row.id === evaluation && <Detail row={row} />}
        empty={
          verdict ? (
            <Empty icon={SearchX} title="None with this verdict" />
          ) : (
            <Empty icon={Gavel} title="Not asked yet">
              Each check that comes to this policy stands here about a second later, with what the policy saw.
            </Empty>
          )
        }
      />
      <Pager
        noun="evaluations"
        search={search}
        page={evaluations?.pageInfo}
        count={evaluations?.totalCount}
        onMove={(page) => move({ ...refine(search, { evaluation: undefined }), ...page })}
      />
    </>
  );
}

function columns(
  scope: string,
  openId: string | undefined,
  onOpen: (id: string | undefined) => void,
): Column<PolicyEvaluationFieldsFragment>[] {
  return [
    {
      key: 'question',
      header: 'Asked',
      render: (row) => {
        const isOpen = row.id === openId;
        const entity = refText(scope, { type: row.entityType, id: row.entityId });
        return (
          <Group gap="xs" wrap="nowrap">
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-expanded={isOpen}
              aria-label={`What it saw for ${row.action} on ${entity}`}
              onClick={() => onOpen(isOpen ? undefined : row.id)}
            >
              {isOpen ? <ChevronDown size={16} /> : <ChevronRight size={16} />}
            </ActionIcon>
            <div className={shared.shrink}>
              <Text size="sm" fw={550}>
                {row.action}
              </Text>
              <Text size="xs" c="dimmed" className={shared.mono}>
                {entity}
              </Text>
            </div>
          </Group>
        );
      },
    },
    {
      key: 'verdict',
      header: 'Verdict',
      render: ({ verdict }) => (
        <Text size="sm" component="span">
          <StatusDot tone={TONES[verdict]}>{WORDS[verdict]}</StatusDot>
        </Text>
      ),
    },
    {
      key: 'subject',
      header: 'Who',
      visibleFrom: 'sm',
      render: ({ subject }) => (
        <Text size="sm" component="div">
          <SubjectText scope={scope} subject={subject} />
        </Text>
      ),
    },
    {
      key: 'version',
      header: 'Version',
      visibleFrom: 'md',
      render: ({ version }) => <Text size="sm">{version}</Text>,
    },
    {
      key: 'took',
      header: 'Took',
      visibleFrom: 'md',
      render: ({ durationMicroseconds }) => (
        <Text size="sm" className={shared.nowrap}>
          {took(durationMicroseconds)}
        </Text>
      ),
    },
    {
      key: 'evaluatedAt',
      header: 'When',
      render: ({ evaluatedAt }) => <Time value={evaluatedAt} size="sm" />,
    },
  ];
}

function Detail({ row }: { row: PolicyEvaluationFieldsFragment }) {
  return (
    <Stack gap="xs" className={classes.detail}>
      {row.problem && (
        <Text size="sm" className={classes.fails}>
          {row.problem}
        </Text>
      )}
      <Text size="sm" fw={600}>
        What version {row.version} saw, in {took(row.durationMicroseconds)}
      </Text>
      <CodeBlock value={pretty(row.context)} label="what the policy saw" />
    </Stack>
  );
}
