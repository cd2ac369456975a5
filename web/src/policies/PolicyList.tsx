import { Button, Group, Text, UnstyledButton } from '@mantine/core';
import { FileCode2, Plus, SearchX } from 'lucide-react';
import { useQuery } from 'urql';
import type { ScopeProps } from '../authz/scope';
import { PoliciesDocument, type PoliciesQuery } from '../gen/graphql';
import { type Column, DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { Pager } from '../shared/Pager';
import { pageVariables, refine } from '../shared/paging';
import { SearchBox } from '../shared/SearchBox';
import shared from '../shared/shared.module.css';
import { Time } from '../shared/Time';
import { usageText } from './verdicts';

type Row = PoliciesQuery['policies']['nodes'][number];

export function PolicyList({ scope, search, move }: ScopeProps) {
  const [{ data, fetching, error }, refetch] = useQuery({
    query: PoliciesDocument,
    variables: { client: scope || null, search: search.q ?? null, ...pageVariables(search) },
  });
  const policies = data?.policies;
  const open = (policy: string) => move({ part: 'policies', policy });
  const add = (
    <Button flex="none" leftSection={<Plus size={16} />} onClick={() => open('new')}>
      New policy
    </Button>
  );
  const isBlank = search.q === undefined && policies?.nodes.length === 0;
  return (
    <>
      {!isBlank && (
        <Group justify="space-between" mb="md" gap="sm">
          <SearchBox
            label="Name or description"
            value={search.q}
            onSearch={(q) => move(refine(search, { q }), true)}
            flex={1}
            miw={160}
            maw={360}
          />
          {add}
        </Group>
      )}
      <DataTable
        label="Policies"
        columns={columns(open)}
        rows={policies?.nodes}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
        empty={
          isBlank ? (
            <Empty icon={FileCode2} title="No policies yet" action={add}>
              A policy is a few lines of Lua with the second say: a relationship has to match first, then the
              policy looks at the amount, the hour or the address it is asked from.
            </Empty>
          ) : (
            <Empty
              icon={SearchX}
              title="No policy matches"
              action={
                <Button variant="default" onClick={() => move(refine(search, { q: undefined }))}>
                  Show all
                </Button>
              }
            />
          )
        }
      />
      {!isBlank && (
        <Pager
          noun={policies?.totalCount === 1 ? 'policy' : 'policies'}
          search={search}
          page={policies?.pageInfo}
          count={policies?.totalCount}
          onMove={(page) => move({ ...refine(search, {}), ...page })}
        />
      )}
    </>
  );
}

function columns(onOpen: (id: string) => void): Column<Row>[] {
  return [
    {
      key: 'name',
      header: 'Policy',
      render: ({ id, name, description }) => (
        <>
          <UnstyledButton className={shared.rowLink} onClick={() => onOpen(id)}>
            {name}
          </UnstyledButton>
          {description && (
            <Text size="xs" c="dimmed" lineClamp={1}>
              {description}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'usage',
      header: 'Asked by',
      visibleFrom: 'xs',
      render: ({ usage }) => (
        <Text
          size="sm"
          c={usageText(usage) ? undefined : 'dimmed'}
          title={usage.names.join(', ') || undefined}
        >
          {usageText(usage) ?? 'nothing yet'}
        </Text>
      ),
    },
    {
      key: 'version',
      header: 'Version',
      render: ({ version }) => <Text size="sm">{version}</Text>,
    },
    {
      key: 'updatedAt',
      header: 'Changed',
      visibleFrom: 'sm',
      render: ({ updatedAt }) => <Time value={updatedAt} size="sm" />,
    },
  ];
}
