import { Skeleton } from '@mantine/core';
import { lazyRouteComponent } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useQuery } from 'urql';
import { SystemModelDocument } from '../gen/graphql';
import { PageHead } from '../shared/PageHead';
import { ProblemPanel } from '../shared/ProblemPanel';
import shared from '../shared/shared.module.css';
import { BackToModels } from './BackToModels';

const CodeEditor = lazyRouteComponent(() => import('./CodeEditor'), 'CodeEditor');

export function BuiltInPage() {
  const [{ data, error }, refetch] = useQuery({ query: SystemModelDocument });
  return (
    <>
      <BackToModels />
      <PageHead
        title="Auther itself"
        description="The model that guards this console and the API. It is part of the program and cannot be changed; who holds its relations is said by tuples of the installation."
      />
      {error && !data ? (
        <ProblemPanel error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
      ) : (
        <div className={shared.surface}>
          <Suspense fallback={<Skeleton h={400} />}>
            {data ? (
              <CodeEditor label="Built-in model" value={data.systemModel.source} isReadOnly />
            ) : (
              <Skeleton h={400} />
            )}
          </Suspense>
        </div>
      )}
    </>
  );
}
