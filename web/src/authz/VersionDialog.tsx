import { Button, Group, Modal, NativeSelect, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from 'urql';
import { ModelVersionDocument, type ModelVersionQuery } from '../gen/graphql';
import { CodeBlock } from '../shared/Copy';
import { ProblemPanel } from '../shared/ProblemPanel';
import { Time } from '../shared/Time';
import classes from './authz.module.css';
import { Diff } from './Diff';
import { SubjectText } from './parts';

interface VersionDialogProps {
  id: string;
  /** The number of the version that it is compared with; the one before when undefined. */
  from: number | undefined;
  latest: number;
  onFrom: (from: number) => void;
  onRestore: (source: string) => void;
  onClose: () => void;
}

export function VersionDialog(props: VersionDialogProps) {
  const { id, from, onClose } = props;
  const [{ data, error }] = useQuery({ query: ModelVersionDocument, variables: { id, from: from ?? null } });
  const version = data?.modelVersion;
  return (
    <Modal opened onClose={onClose} title={version ? `Version ${version.version}` : 'Version'} size="xl">
      {error && !data && <ProblemPanel error={error} />}
      {!data && !error && <Skeleton h={320} />}
      {data && !version && <Text>There is no such version.</Text>}
      {version && <VersionBody {...props} version={version} />}
    </Modal>
  );
}

interface VersionBodyProps extends VersionDialogProps {
  version: NonNullable<ModelVersionQuery['modelVersion']>;
}

const MAX_CHOICES = 200;

function VersionBody({ version, from, latest, onFrom, onRestore }: VersionBodyProps) {
  const { version: number, source, author, createdAt, note, diff, isCurrent, scope } = version;
  const others = Array.from({ length: Math.min(latest, MAX_CHOICES) }, (_, index) => latest - index);
  return (
    <Stack>
      <Text size="sm" component="div" className={classes.words}>
        Saved <Time value={createdAt} /> by{' '}
        {author ? <SubjectText scope={scope} subject={author} /> : 'the server'}
        {note && `: ${note}`}
      </Text>
      {latest > 1 && (
        <NativeSelect
          label="Compared with"
          w={220}
          value={String(from ?? number - 1)}
          onChange={({ currentTarget }) => onFrom(Number(currentTarget.value))}
          data={[
            ...(number === 1 && from === undefined ? [{ value: '0', label: 'Nothing' }] : []),
            ...others
              .filter((each) => each !== number)
              .map((each) => ({ value: String(each), label: `Version ${each}` })),
          ]}
        />
      )}
      {diff === null ? (
        <Text size="sm" c="dimmed">
          There is no such version to compare with.
        </Text>
      ) : (
        <Diff diff={diff} label={`Difference of version ${number}`} />
      )}
      {number > 1 && (
        <details className={classes.fold}>
          <summary>The whole text</summary>
          <CodeBlock value={source} label={`text of version ${number}`} />
        </details>
      )}
      {!isCurrent && (
        <Group justify="flex-end">
          <Button variant="default" onClick={() => onRestore(source)}>
            Bring it back into the editor
          </Button>
        </Group>
      )}
    </Stack>
  );
}
