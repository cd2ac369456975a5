import { Badge, Button, Group, Modal, Stack, Text, UnstyledButton } from '@mantine/core';
import { History } from 'lucide-react';
import { useQuery } from 'urql';
import authz from '../authz/authz.module.css';
import { Diff } from '../authz/Diff';
import { SubjectText } from '../authz/parts';
import type { ScopeProps } from '../authz/scope';
import {
  type PolicyDetailFieldsFragment,
  PolicyVersionsDocument,
  type PolicyVersionsQuery,
} from '../gen/graphql';
import { CodeBlock } from '../shared/Copy';
import { type Column, DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { Pager } from '../shared/Pager';
import { pageVariables, refine } from '../shared/paging';
import shared from '../shared/shared.module.css';
import { Time } from '../shared/Time';
import { type Draft, draftOf } from './draft';

type Version = NonNullable<PolicyVersionsQuery['policy']>['versions']['nodes'][number];

const PAGE = 10;

interface PolicyVersionsProps extends ScopeProps {
  policy: PolicyDetailFieldsFragment;
  onRestore: (draft: Draft) => void;
}

export function PolicyVersions({ policy, scope, search, move, onRestore }: PolicyVersionsProps) {
  const [{ data, fetching, error }, refetch] = useQuery({
    query: PolicyVersionsDocument,
    variables: { id: policy.id, ...pageVariables(search, PAGE) },
  });
  const versions = data?.policy?.versions;
  const open = versions?.nodes.find(({ id }) => id === search.version);
  return (
    <>
      <DataTable
        label="Versions"
        columns={columns(scope, policy.version, (version) => move({ ...search, version }))}
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
        onMove={(page) => move({ ...refine(search, { version: undefined }), ...page })}
      />
      {open && (
        <VersionDialog
          scope={scope}
          version={open}
          isCurrent={open.version === policy.version}
          onRestore={() => onRestore({ ...draftOf(policy), source: open.source })}
          onClose={() => move({ ...search, version: undefined })}
        />
      )}
    </>
  );
}

interface VersionDialogProps {
  scope: string;
  version: Version;
  isCurrent: boolean;
  onRestore: () => void;
  onClose: () => void;
}

function VersionDialog({ scope, version, isCurrent, onRestore, onClose }: VersionDialogProps) {
  const { version: number, source, author, createdAt, note, diff } = version;
  return (
    <Modal opened onClose={onClose} title={`Version ${number}`} size="xl">
      <Stack>
        <Text size="sm" component="div" className={authz.words}>
          Saved <Time value={createdAt} /> by{' '}
          {author ? <SubjectText scope={scope} subject={author} /> : 'the server'}
          {note && `: ${note}`}
        </Text>
        {diff === '' ? (
          <Text size="sm" c="dimmed">
            The source is that of the version before; its samples are others.
          </Text>
        ) : (
          <Diff diff={diff} label={`Difference of version ${number}`} />
        )}
        {number > 1 && (
          <details className={authz.fold}>
            <summary>The whole text</summary>
            <CodeBlock value={source} label={`text of version ${number}`} />
          </details>
        )}
        {!isCurrent && (
          <Group justify="flex-end">
            <Button variant="default" onClick={onRestore}>
              Bring it back into the editor
            </Button>
          </Group>
        )}
      </Stack>
    </Modal>
  );
}

function columns(scope: string, current: number, onOpen: (id: string) => void): Column<Version>[] {
  return [
    {
      key: 'version',
      header: 'Version',
      render: ({ id, version }) => (
        <Group gap="xs">
          <UnstyledButton className={`${shared.rowLink} ${shared.nowrap}`} onClick={() => onOpen(id)}>
            Version {version}
          </UnstyledButton>
          {version === current && (
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
      render: ({ author }) => (
        <Text size="sm" component="div" className={shared.aboveRow} w="fit-content">
          {author ? <SubjectText scope={scope} subject={author} /> : 'the server'}
        </Text>
      ),
    },
    { key: 'createdAt', header: 'Saved', render: ({ createdAt }) => <Time value={createdAt} size="sm" /> },
  ];
}
