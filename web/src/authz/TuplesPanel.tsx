import { Button, Group } from '@mantine/core';
import { lazyRouteComponent } from '@tanstack/react-router';
import { Link2, Plus, SearchX } from 'lucide-react';
import { Suspense } from 'react';
import { useQuery } from 'urql';
import { ClientTuplesDocument, type TupleFieldsFragment, TuplesDocument } from '../gen/graphql';
import { type Column, DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { Pager } from '../shared/Pager';
import { pageVariables } from '../shared/paging';
import { DeleteTuple } from './DeleteTuple';
import type { ClientNames } from './parts';
import { type ScopeProps, useClientNames, useScopeTypes } from './scope';
import { isNarrowed, type PermissionsSearch, tupleVariables, withoutFilters } from './search';
import { TupleFilters } from './TupleFilters';
import { entityColumn, limitsColumn, relationColumn, subjectColumn, writtenColumn } from './tupleColumns';

const AddTuple = lazyRouteComponent(() => import('./AddTuple'), 'AddTuple');

export function TuplesPanel({ scope, search, move }: ScopeProps) {
  const { types, isLoading } = useScopeTypes(scope);
  const { tuples, isFetching, error, retry } = useTuples(scope, search);
  const clientNames = useClientNames(scope === '');
  const hasFilter = isNarrowed(search);
  const add = (
    <Button flex="none" leftSection={<Plus size={16} />} onClick={() => move({ ...search, dialog: 'tuple' })}>
      Add tuple
    </Button>
  );
  return (
    <>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <TupleFilters scope={scope} types={types} search={search} onChange={(next) => move(next, true)} />
        {add}
      </Group>
      <DataTable
        label="Tuples"
        columns={columns(scope, clientNames, retry)}
        rows={tuples?.nodes}
        isFetching={isFetching}
        error={error}
        onRetry={retry}
        empty={
          hasFilter ? (
            <Empty
              icon={SearchX}
              title="No tuple matches"
              action={
                <Button variant="default" onClick={() => move(withoutFilters(search))}>
                  Show all
                </Button>
              }
            >
              Ids are compared exactly.
            </Empty>
          ) : (
            <Empty icon={Link2} title="No tuples yet" action={add}>
              A tuple says that somebody stands in a relation to something: Ada is owner of the plan.
            </Empty>
          )
        }
      />
      <Pager
        noun="tuples"
        search={search}
        page={tuples?.pageInfo}
        count={tuples?.totalCount}
        onMove={(page) => move({ ...search, after: undefined, before: undefined, ...page })}
      />
      <Suspense>
        {search.dialog === 'tuple' && !isLoading && (
          <AddTuple
            types={types}
            type={search.type}
            onDone={retry}
            onClose={() => move({ ...search, dialog: undefined }, true)}
          />
        )}
      </Suspense>
    </>
  );
}

/** A client's tuples come from the client, or, narrowed to a type, from the list of all. */
function useTuples(scope: string, search: PermissionsSearch) {
  const isWhole = scope !== '' && search.type === undefined;
  const [whole, refetchWhole] = useQuery({
    query: ClientTuplesDocument,
    variables: { id: scope, withGrants: false, ...pageVariables(search) },
    pause: !isWhole,
  });
  const [list, refetchList] = useQuery({
    query: TuplesDocument,
    variables: tupleVariables(search),
    pause: isWhole,
  });
  const result = isWhole ? whole : list;
  return {
    tuples: isWhole ? whole.data?.client?.tuples : list.data?.tuples,
    isFetching: result.fetching,
    error: result.error,
    retry: () => (isWhole ? refetchWhole : refetchList)({ requestPolicy: 'network-only' }),
  };
}

function columns(scope: string, clientNames: ClientNames, onDone: () => void): Column<TupleFieldsFragment>[] {
  return [
    entityColumn({ scope, clientNames }),
    relationColumn(),
    subjectColumn({ scope }),
    limitsColumn(),
    writtenColumn({ scope }),
    {
      key: 'delete',
      header: 'Delete',
      isHeaderHidden: true,
      render: (tuple) => <DeleteTuple scope={scope} tuple={tuple} onDone={onDone} />,
    },
  ];
}
