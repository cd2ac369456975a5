import { Badge, Group, Text, Title, UnstyledButton } from '@mantine/core';
import { History } from 'lucide-react';
import { useQuery } from 'urql';
import { type ModelRowFieldsFragment, ModelVersionsDocument } from '../gen/graphql';
import { type Column, DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { Pager } from '../shared/Pager';
import { pageVariables } from '../shared/paging';
import shared from '../shared/shared.module.css';
import { Time } from '../shared/Time';
import { SubjectText } from './parts';
import type { ScopeProps } from './scope';

const PAGE = 10;

export function Versions({ scope, search, move }: ScopeProps) {
  const [{ data, fetching, error }, refetch] = useQuery({
    query: ModelVersionsDocument,
    variables: { scope: scope || null, ...pageVariables(search, PAGE) },
  });
  const versions = data?.model?.versions;
  return (
    <>
      <Title order={2} mt="xl" mb="sm">
        Versions
      </Title>
      <DataTable
        label="Versions"
        columns={columns((version) => move({ ...search, version, from: undefined }))}
        rows={versions?.nodes}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
        empty={<Empty icon={History} title="No versions" />}
      />
      <Pager
        noun="versions"
        search={search}
        page={versions?.pageInfo}
        count={versions?.totalCount}
        onMove={(page) => move({ part: search.part, ...page })}
      />
    </>
  );
}

function columns(onOpen: (id: string) => void): Column<ModelRowFieldsFragment>[] {
  return [
    {
      key: 'version',
      header: 'Version',
      render: ({ id, version, isCurrent }) => (
        <Group gap="xs">
          <UnstyledButton className={`${shared.rowLink} ${shared.nowrap}`} onClick={() => onOpen(id)}>
            Version {version}
          </UnstyledButton>
          {isCurrent && (
            <Badge size="sm" flex="none">
              in force
            </Badge>
          )}
        </Group>
      ),
    },
    {
      key: 'note',
      header: 'Note',
      render: ({ note }) => (
        <Text size="sm" c={note ? undefined : 'dimmed'} lineClamp={2}>
          {note ?? 'none'}
        </Text>
      ),
    },
    {
      key: 'author',
      header: 'By',
      visibleFrom: 'sm',
      render: ({ scope, author }) => (
        <Text size="sm" component="div" className={shared.aboveRow} w="fit-content">
          {author ? <SubjectText scope={scope} subject={author} /> : 'the server'}
        </Text>
      ),
    },
    { key: 'createdAt', header: 'Saved', render: ({ createdAt }) => <Time value={createdAt} size="sm" /> },
  ];
}
