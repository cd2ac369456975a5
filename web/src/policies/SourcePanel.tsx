import { Button, Group, Skeleton, Text } from '@mantine/core';
import { lazyRouteComponent } from '@tanstack/react-router';
import { Suspense, useState } from 'react';
import authz from '../authz/authz.module.css';
import { ProblemList } from '../authz/ProblemList';
import type { PolicyDetailFieldsFragment } from '../gen/graphql';
import type { Mark, Place } from '../shared/marks';
import shared from '../shared/shared.module.css';
import { Time } from '../shared/Time';
import { ContextHelp } from './ContextHelp';
import type { Draft } from './draft';
import { MOD } from './keys';

const LuaEditor = lazyRouteComponent(() => import('./LuaEditor'), 'LuaEditor');

interface SourcePanelProps {
  policy: PolicyDetailFieldsFragment | null;
  draft: Draft;
  isDirty: boolean;
  isStale: boolean;
  marks: readonly Mark[];
  isKnown: boolean;
  error: string | undefined;
  onSource: (source: string) => void;
  onSave: () => void;
  onDiscard: (() => void) | undefined;
}

/** The source in its editor, what is wrong with it, and what it can use. */
export function SourcePanel(props: SourcePanelProps) {
  const { policy, draft, isDirty, isStale, marks, isKnown, error, onSource, onSave, onDiscard } = props;
  const [place, setPlace] = useState<Place | null>(null);
  return (
    <div className={shared.surface}>
      <Group className={authz.bar} justify="space-between" gap="sm">
        <Standing policy={policy} isDirty={isDirty} />
        <Group gap="xs">
          {onDiscard && (
            <Button variant="subtle" color="gray" size="xs" onClick={onDiscard}>
              {policy ? 'Undo changes' : 'Throw away'}
            </Button>
          )}
          <Button size="xs" title={`${MOD} S`} disabled={!isDirty || isStale} onClick={onSave}>
            Save…
          </Button>
        </Group>
      </Group>
      <Suspense fallback={<Skeleton h={320} />}>
        <LuaEditor label="Source" value={draft.source} problems={marks} place={place} onChange={onSource} />
      </Suspense>
      {error && (
        <Text size="sm" px="md" py="xs" role="alert" className={authz.lost}>
          {error}
        </Text>
      )}
      <ProblemList problems={marks} fine="The source is Lua." isFine={isDirty && isKnown} onGo={setPlace} />
      <ContextHelp isOpen={!policy} />
    </div>
  );
}

function Standing({ policy, isDirty }: Pick<SourcePanelProps, 'policy' | 'isDirty'>) {
  if (!policy)
    return (
      <Text size="sm" c="dimmed">
        Not saved yet
      </Text>
    );
  return (
    <Text size="sm" component="div">
      <Text span inherit fw={600}>
        Version {policy.version}
      </Text>
      {isDirty ? (
        ' with changes that are not saved'
      ) : (
        <Text span inherit c="dimmed">
          {' '}
          in force, changed <Time value={policy.updatedAt} />
        </Text>
      )}
    </Text>
  );
}
