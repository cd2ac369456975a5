import { useMemo } from 'react';
import { useQuery } from 'urql';
import { ModelDocument, ModelsDocument, SystemModelDocument } from '../gen/graphql';
import { useCan } from '../shell/viewer';
import type { ClientNames } from './parts';
import type { PermissionsSearch } from './search';
import { knownTypes, namesIn } from './types';

/** What the parts of a scope's permissions are given. */
export interface ScopeProps {
  /** A client's id; empty for the installation. */
  scope: string;
  search: PermissionsSearch;
  move: (next: PermissionsSearch, replace?: boolean) => void;
}

/** The types that tuples and checks of a scope may be about; those of Auther itself with the installation's. */
export function useScopeTypes(scope: string) {
  const [model] = useQuery({ query: ModelDocument, variables: { scope: scope || null } });
  const [system] = useQuery({ query: SystemModelDocument, pause: scope !== '' });
  return useMemo(() => {
    const own = model.data?.model?.types ?? [];
    const builtIn = scope === '' ? (system.data?.systemModel.types ?? []) : [];
    return {
      types: [
        ...knownTypes(scope, own),
        ...builtIn.filter(isGuarding).flatMap((type) => knownTypes('', [type])),
      ],
      fullName: namesIn(scope, own),
      isLoading: model.fetching || (scope === '' && system.fetching),
    };
  }, [scope, model.data, model.fetching, system.data, system.fetching]);
}

function isGuarding({ relations }: { relations: readonly unknown[] }): boolean {
  return relations.length > 0;
}

/** Names of the clients that own types, for lists that show those of several. */
export function useClientNames(isWanted: boolean): ClientNames {
  const can = useCan();
  const [{ data }] = useQuery({
    query: ModelsDocument,
    variables: { withOwn: false, withClients: true },
    pause: !(isWanted && can.clientsView && can.clientsManageAccess),
  });
  return useMemo(() => new Map(data?.clients?.nodes.map(({ id, name }) => [id, name])), [data]);
}
