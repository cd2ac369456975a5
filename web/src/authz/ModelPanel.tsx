import { Button, Skeleton } from '@mantine/core';
import { lazyRouteComponent } from '@tanstack/react-router';
import { FilePlus2 } from 'lucide-react';
import { Suspense, useState } from 'react';
import { useQuery } from 'urql';
import { ModelDocument } from '../gen/graphql';
import { Empty } from '../shared/Empty';
import { ProblemPanel } from '../shared/ProblemPanel';
import shared from '../shared/shared.module.css';
import { type Draft, FIRST_MODEL, keepDraft, readDraft } from './drafts';
import { ModelEditor } from './ModelEditor';
import type { ScopeProps } from './scope';
import { Versions } from './Versions';

const VersionDialog = lazyRouteComponent(() => import('./VersionDialog'), 'VersionDialog');

export function ModelPanel({ scope, search, move }: ScopeProps) {
  const [{ data, error }, refetch] = useQuery({ query: ModelDocument, variables: { scope: scope || null } });
  const [draft, setDraft] = useState<Draft | null>(() => readDraft(scope));
  function change(next: Draft | null) {
    keepDraft(scope, next);
    setDraft(next);
  }
  if (error && !data)
    return <ProblemPanel error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
  if (!data) return <Skeleton h={320} aria-label="Loading the model" />;
  const { model } = data;
  if (!model && !draft) return <NoModel onStart={() => change({ source: FIRST_MODEL, base: 0 })} />;
  return (
    <>
      <ModelEditor scope={scope} model={model} draft={draft} onDraft={change} />
      {model && <Versions scope={scope} search={search} move={move} />}
      <Suspense>
        {model && search.version && (
          <VersionDialog
            id={search.version}
            from={search.from}
            latest={model.version}
            onFrom={(from) => move({ ...search, from }, true)}
            onRestore={(source) => {
              change({ source, base: model.version });
              move({ ...search, version: undefined, from: undefined });
            }}
            onClose={() => move({ ...search, version: undefined, from: undefined })}
          />
        )}
      </Suspense>
    </>
  );
}

function NoModel({ onStart }: { onStart: () => void }) {
  return (
    <div className={shared.surface}>
      <Empty
        icon={FilePlus2}
        title="No model yet"
        action={<Button onClick={onStart}>Write the first one</Button>}
      >
        It says which things the application has, how people relate to them, and what that lets them do. You
        start from a small one that works.
      </Empty>
    </div>
  );
}
