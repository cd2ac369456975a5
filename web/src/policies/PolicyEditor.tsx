import { Alert, Button, Group, Text } from '@mantine/core';
import { useDisclosure, useWindowEvent } from '@mantine/hooks';
import { GitCompareArrows } from 'lucide-react';
import { useRef, useState } from 'react';
import { parseObject } from '../authz/names';
import type { PolicyDetailFieldsFragment } from '../gen/graphql';
import { FormAlert } from '../shared/FormAlert';
import { formErrors, problemOf, type UserProblem } from '../shared/problems';
import { notifyErrors } from '../shared/toasts';
import {
  CONTEXT_ERROR,
  type Draft,
  type DraftErrors,
  draftErrors,
  draftPaths,
  sampleErrors,
  saveInput,
} from './draft';
import { PolicyFields } from './PolicyFields';
import classes from './policies.module.css';
import { Samples } from './Samples';
import { SavePolicy } from './SavePolicy';
import { SourcePanel } from './SourcePanel';
import { EXAMPLE_CONTEXT, TryPanel } from './TryPanel';
import { usePolicyDraft } from './usePolicyDraft';
import { useTrial } from './useTrial';

/** Of what is in the way of a save, beside the places that it stands at. */
const SHOWN_PROBLEMS = 2;

interface PolicyEditorProps {
  scope: string;
  /** Null: a new one. */
  policy: PolicyDetailFieldsFragment | null;
  onSaved: (policy: PolicyDetailFieldsFragment) => void;
  /** A new one is given up. */
  onDiscard?: () => void;
  /** Somebody else has saved the policy. */
  onConflict?: () => void;
  onVersions?: () => void;
}

/** Everything that is said of a policy, and what comes of it; Ctrl+Enter tries it, Ctrl+S saves it. */
export function PolicyEditor(props: PolicyEditorProps) {
  const { scope, policy, onSaved, onConflict, onVersions } = props;
  const { draft, isKept, isDirty, isStale, change, discard } = usePolicyDraft(scope, policy);
  const trial = useTrial(scope, draft);
  const [context, setContext] = useState(EXAMPLE_CONTEXT);
  const [errors, setErrors] = useState<DraftErrors>({});
  const [rest, setRest] = useState<string[]>([]);
  const [isSaving, saving] = useDisclosure(false);
  const root = useRef<HTMLDivElement>(null);

  function forget() {
    trial.clear();
    setErrors({});
    setRest([]);
  }

  function edit(changes: Partial<Draft>) {
    forget();
    change(changes);
  }

  /** Shows errors at their fields and goes to the first; whether there is none. */
  function isFine(found: DraftErrors): boolean {
    setRest([]);
    setErrors(found);
    setTimeout(() => root.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
    return Object.keys(found).length === 0;
  }

  function attempt() {
    const found = sampleErrors(draft.samples);
    if (context.trim() !== '' && !parseObject(context)) found.context = CONTEXT_ERROR;
    if (isFine(found)) trial.run(context);
  }

  function save() {
    if (isDirty && !isStale && isFine(draftErrors(draft))) saving.open();
  }

  function refuse(problems: readonly UserProblem[]) {
    saving.close();
    const isConflict = problems.some(({ field }) => field.includes('expectedVersion'));
    const sorted = formErrors(problems, draftPaths(draft));
    isFine(isConflict && !policy ? { name: 'There is a policy of this name already.' } : sorted.fields);
    if (!isConflict) setRest(sorted.rest);
    notifyErrors([{ message: 'Not saved.' }, ...problems.slice(0, SHOWN_PROBLEMS)]);
    if (isConflict) onConflict?.();
  }

  function shortcut(event: KeyboardEvent) {
    const isElsewhere = event.target instanceof Element && event.target.closest('[role="dialog"]') !== null;
    const isMod = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const act = !isMod ? undefined : event.key === 'Enter' ? attempt : event.key === 's' ? save : undefined;
    if (!act || isSaving || isElsewhere) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  // Before the editor, which has a meaning of its own for Ctrl+Enter.
  useWindowEvent('keydown', shortcut, { capture: true });

  return (
    <div ref={root}>
      {policy && isStale && (
        <Stale
          version={policy.version}
          onSee={onVersions}
          onDiscard={discard}
          onKeep={() => change({ base: policy.version })}
        />
      )}
      <FormAlert errors={rest} />
      <div className={classes.columns}>
        <div>
          <PolicyFields draft={draft} isNew={!policy} errors={errors} onChange={edit} />
          <SourcePanel
            policy={policy}
            draft={draft}
            isDirty={isDirty}
            isStale={isStale}
            marks={trial.marks}
            isKnown={trial.isKnown}
            error={errors.source}
            onSource={(source) => edit({ source })}
            onSave={save}
            onDiscard={
              isKept || !policy
                ? () => {
                    forget();
                    discard();
                    props.onDiscard?.();
                  }
                : undefined
            }
          />
        </div>
        <div>
          <TryPanel
            context={context}
            error={errors.context ?? (trial.error ? problemOf(trial.error).message : undefined)}
            tried={trial.tried}
            isRunning={trial.isRunning}
            samples={draft.samples}
            onContext={(next) => {
              forget();
              setContext(next);
            }}
            onTry={attempt}
            onKeep={(sample) => edit({ samples: [...draft.samples, sample] })}
          />
          <Samples
            samples={draft.samples}
            results={trial.tried?.samples ?? null}
            errors={errors}
            onChange={(samples) => edit({ samples })}
          />
        </div>
      </div>
      {isSaving && (
        <SavePolicy
          input={saveInput(scope, draft)}
          isNew={!policy}
          onSaved={(saved) => {
            discard();
            trial.clear();
            saving.close();
            onSaved(saved);
          }}
          onRefused={refuse}
          onClose={saving.close}
        />
      )}
    </div>
  );
}

interface StaleProps {
  version: number;
  onSee: (() => void) | undefined;
  onDiscard: () => void;
  onKeep: () => void;
}

function Stale({ version, onSee, onDiscard, onKeep }: StaleProps) {
  return (
    <Alert
      color="yellow"
      icon={<GitCompareArrows size={18} />}
      mb="md"
      role="alert"
      title="Somebody saved in the meantime"
    >
      <Text size="sm">
        Version {version} is in force; your changes began before it. Nothing of yours is lost or saved yet.
      </Text>
      <Group mt="sm" gap="xs">
        <Button size="xs" variant="default" onClick={onSee}>
          See what they changed
        </Button>
        <Button size="xs" variant="default" onClick={onDiscard}>
          Start from version {version}
        </Button>
        <Button size="xs" variant="default" onClick={onKeep}>
          Keep mine and save over it
        </Button>
      </Group>
    </Alert>
  );
}
