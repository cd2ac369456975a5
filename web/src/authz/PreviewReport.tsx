import { Alert, Badge, Group, Stack, Text, Title } from '@mantine/core';
import { Ban, CircleHelp, ListX } from 'lucide-react';
import type { ModelPreviewFieldsFragment } from '../gen/graphql';
import shared from '../shared/shared.module.css';
import classes from './authz.module.css';
import { Diff } from './Diff';
import { withoutScope } from './names';
import { EntityText, SubjectText } from './parts';

interface PreviewReportProps {
  scope: string;
  preview: ModelPreviewFieldsFragment;
}

/** What saving a model would do. */
export function PreviewReport({ scope, preview }: PreviewReportProps) {
  const { blockers, failedAssertions, impact, diff } = preview;
  if (diff === null) return null;
  return (
    <section className={`${shared.surface} ${shared.card} ${classes.below}`} aria-label="Preview">
      <Stack gap="lg">
        <Title order={2}>What saving would do</Title>
        {blockers.map(({ kind, reason, count, samples }) => (
          <Alert key={`${kind}:${reason}`} color="red" icon={<Ban size={18} />} title="This cannot be saved">
            <Text size="sm">
              {count} {kind}
              {count === 1 ? '' : 's'} would lose {count === 1 ? 'its' : 'their'} meaning:{' '}
              {withoutScope(scope, reason)}.
            </Text>
            <ul className={classes.list}>
              {samples.map((sample) => (
                <li key={sample}>
                  <Text className={shared.mono} mt={4}>
                    {withoutScope(scope, sample)}
                  </Text>
                </li>
              ))}
            </ul>
          </Alert>
        ))}
        {failedAssertions.length > 0 && (
          <Alert color="red" icon={<ListX size={18} />} title="Assertions that would not hold">
            <ul className={classes.list}>
              {failedAssertions.map(({ text, line, expected, actual }) => (
                <li key={`${line}:${text}`}>
                  <Text size="sm">
                    {line > 0 && `Line ${line}: `}
                    <span className={shared.mono}>{text}</span> should be {expected}, would be {actual}
                  </Text>
                </li>
              ))}
            </ul>
          </Alert>
        )}
        {impact && <Impact scope={scope} impact={impact} />}
        <div>
          <Title order={3} size="h6" mb={6}>
            Text
          </Title>
          <Diff diff={diff} label="Difference to the version in force" />
        </div>
      </Stack>
    </section>
  );
}

type ImpactFields = NonNullable<ModelPreviewFieldsFragment['impact']>;

function Impact({ scope, impact }: { scope: string; impact: ImpactFields }) {
  const { gained, lost, gainedConditionally, lostConditionally, changes, isComplete, omissions } = impact;
  const conditional = gainedConditionally + lostConditionally;
  const about = isComplete ? '' : 'at least ';
  return (
    <div>
      <Title order={3} size="h6" mb={6}>
        Access
      </Title>
      <Text size="sm">
        {gained + lost === 0 ? (
          `Nobody gains or loses anything${isComplete ? '' : ' among what was compared'}.`
        ) : (
          <>
            {about}
            <Text span inherit fw={600} className={gained > 0 ? classes.gained : undefined}>
              {gained} gained
            </Text>
            ,{' '}
            <Text span inherit fw={600} className={lost > 0 ? classes.lost : undefined}>
              {lost} lost
            </Text>
            {conditional > 0 && `; ${conditional} of them concern what attributes decide`}
            {changes.length < gained + lost && `; the first ${changes.length} are shown`}
          </>
        )}
      </Text>
      {omissions.length > 0 && (
        <Alert color="yellow" icon={<CircleHelp size={18} />} title="Not everything was compared" mt="xs">
          <ul className={classes.list}>
            {omissions.map((omission) => (
              <li key={omission}>
                <Text size="sm">{withoutScope(scope, omission)}</Text>
              </li>
            ))}
          </ul>
        </Alert>
      )}
      {changes.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.changes} tabIndex={0} aria-label="Who gains and who loses">
          <table className={`${shared.table} ${classes.wide}`}>
            <thead>
              <tr>
                <th scope="col">Change</th>
                <th scope="col">Who</th>
                <th scope="col">Action</th>
                <th scope="col">On</th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <ChangeRow key={changeKey(change)} scope={scope} change={change} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}

type Change = ImpactFields['changes'][number];

const WORDS: Record<Change['before'], string> = {
  ALLOWED: 'always',
  DENIED: 'not at all',
  UNDECIDED: 'as attributes decide',
};

function changeKey({ kind, subject, action, entity }: Change): string {
  return [kind, subject.type, subject.id, subject.relation, action, entity.type, entity.id].join(' ');
}

function ChangeRow({ scope, change }: { scope: string; change: Change }) {
  const isGain = change.kind === 'GAINED';
  return (
    <tr>
      <td>
        <Text size="sm" className={isGain ? classes.gained : classes.lost}>
          {isGain ? '+ gains' : '− loses'}
        </Text>
        {[change.before, change.after].includes('UNDECIDED') && (
          <Text size="xs" c="dimmed">
            {WORDS[change.before]} → {WORDS[change.after]}
          </Text>
        )}
      </td>
      <td>
        <Text size="sm" component="div">
          <SubjectText scope={scope} subject={change.subject} />
        </Text>
      </td>
      <td>
        <Group>
          <Badge size="sm" variant="default" miw="max-content">
            {change.action}
          </Badge>
        </Group>
      </td>
      <td>
        <EntityText scope={scope} entity={change.entity} />
      </td>
    </tr>
  );
}
