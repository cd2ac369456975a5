import { Alert, Button, Group, Skeleton, Text } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { lazyRouteComponent } from '@tanstack/react-router';
import { GitCompareArrows } from 'lucide-react';
import { Suspense, useEffect, useState } from 'react';
import {
  type ModelDetailFieldsFragment,
  ModelPreviewDocument,
  type ModelProblemFieldsFragment,
  ModelProblemsDocument,
} from '../gen/graphql';
import type { Place } from '../shared/marks';
import { ProblemPanel } from '../shared/ProblemPanel';
import shared from '../shared/shared.module.css';
import { Time } from '../shared/Time';
import { useAsk } from './ask';
import classes from './authz.module.css';
import type { Draft } from './drafts';
import { PreviewReport } from './PreviewReport';
import { ProblemList } from './ProblemList';
import { SubjectText } from './parts';
import { SaveModel } from './SaveModel';

const CodeEditor = lazyRouteComponent(() => import('./CodeEditor'), 'CodeEditor');
const PAUSE_MS = 600;
const NO_PROBLEMS: readonly ModelProblemFieldsFragment[] = [];

interface ModelEditorProps {
  scope: string;
  model: ModelDetailFieldsFragment | null;
  draft: Draft | null;
  onDraft: (draft: Draft | null) => void;
}

export function ModelEditor({ scope, model, draft, onDraft }: ModelEditorProps) {
  const saved = model?.source ?? '';
  const source = draft?.source ?? saved;
  const base = draft?.base ?? model?.version ?? 0;
  const isDirty = source !== saved;
  const [place, setPlace] = useState<Place | null>(null);
  const [isSaving, saving] = useDisclosure(false);
  const preview = useAsk(ModelPreviewDocument);
  const { problems, isKnown } = useProblems(scope, source, isDirty);
  const input = { clientId: scope || null, source };

  function change(next: string) {
    preview.clear();
    onDraft(next === saved ? null : { source: next, base });
  }

  return (
    <>
      {draft && model && draft.base < model.version && (
        <Stale version={model.version} onDiscard={() => onDraft(null)} />
      )}
      <div className={shared.surface}>
        <Group className={classes.bar} justify="space-between" gap="sm">
          <Standing model={model} isDirty={isDirty} />
          <Group gap="xs">
            {draft && (
              <Button variant="subtle" color="gray" size="xs" onClick={() => onDraft(null)}>
                {model ? 'Undo changes' : 'Throw away'}
              </Button>
            )}
            <Button
              variant="default"
              size="xs"
              disabled={!isDirty}
              loading={preview.isRunning}
              onClick={() => preview.ask({ input })}
            >
              Preview
            </Button>
            <Button size="xs" disabled={!isDirty} onClick={saving.open}>
              Save…
            </Button>
          </Group>
        </Group>
        <Suspense fallback={<Skeleton h={320} />}>
          <CodeEditor label="Model" value={source} problems={problems} place={place} onChange={change} />
        </Suspense>
        <ProblemList
          problems={problems}
          fine="The model is well-formed."
          isFine={isDirty && isKnown}
          onGo={setPlace}
        />
      </div>
      {preview.error && <ProblemPanel error={preview.error} />}
      {preview.data && <PreviewReport scope={scope} preview={preview.data.modelPreview} />}
      {isSaving && (
        <SaveModel
          input={{ ...input, expectedVersion: base }}
          onSaved={() => {
            onDraft(null);
            preview.clear();
          }}
          onClose={saving.close}
        />
      )}
    </>
  );
}

/** What the server finds wrong with a text, once typing pauses. */
function useProblems(scope: string, source: string, isDirty: boolean) {
  const [settled] = useDebouncedValue(source, PAUSE_MS);
  const { ask, data, isRunning } = useAsk(ModelProblemsDocument);
  useEffect(() => {
    if (isDirty) ask({ input: { clientId: scope || null, source: settled } });
  }, [ask, scope, settled, isDirty]);
  const problems = (isDirty && data?.modelPreview.problems) || NO_PROBLEMS;
  return { problems, isKnown: data !== null && !isRunning && settled === source };
}

function Standing({ model, isDirty }: { model: ModelDetailFieldsFragment | null; isDirty: boolean }) {
  if (!model)
    return (
      <Text size="sm" c="dimmed">
        Not saved yet
      </Text>
    );
  return (
    <Text size="sm" component="div" className={classes.words}>
      <Text span inherit fw={600}>
        Version {model.version}
      </Text>
      {isDirty ? (
        ' with changes that are not saved'
      ) : (
        <Text span inherit c="dimmed">
          {' '}
          in force, saved <Time value={model.createdAt} />
          {model.author && (
            <>
              {' by '}
              <SubjectText scope={model.scope} subject={model.author} />
            </>
          )}
        </Text>
      )}
    </Text>
  );
}

function Stale({ version, onDiscard }: { version: number; onDiscard: () => void }) {
  return (
    <Alert
      color="yellow"
      icon={<GitCompareArrows size={18} />}
      mb="md"
      title="Somebody saved in the meantime"
    >
      <Text size="sm">
        Your changes began before version {version}. Copy what you need, then start from it.
      </Text>
      <Button mt="sm" size="xs" variant="default" onClick={onDiscard}>
        Start from version {version}
      </Button>
    </Alert>
  );
}
