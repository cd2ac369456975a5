import { Button, Group, Stack, Text } from '@mantine/core';
import { lazyRouteComponent } from '@tanstack/react-router';
import { Plus, UserPlus } from 'lucide-react';
import { Suspense, useState } from 'react';
import { useQuery } from 'urql';
import {
  RegistrationContextDeleteDocument,
  type RegistrationContextFieldsFragment,
  RegistrationContextsDocument,
} from '../gen/graphql';
import { useAction } from '../shared/actions';
import { type Column, DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { StatusDot } from '../shared/StatusDot';
import classes from '../shared/shared.module.css';
import { notifyDone } from '../shared/toasts';
import type { ContextsSearch } from './search';
import { grantText } from './values';

const CreateContext = lazyRouteComponent(() => import('./ContextForm'), 'CreateContext');
const TypedDelete = lazyRouteComponent(() => import('../shared/TypedDelete'), 'TypedDelete');
const EditContext = lazyRouteComponent(() => import('./ContextForm'), 'EditContext');
/** An installation has a handful of them for each tenant. */
const SHOWN = 100;

type Show = (registration?: ContextsSearch['registration'], context?: string) => void;

interface ContextsProps {
  /** Of this client; null: all of them, and new ones are the platform's. */
  clientId: string | null;
  search: ContextsSearch;
  move: (next: ContextsSearch) => void;
}

export function Contexts({ clientId, search, move }: ContextsProps) {
  const [{ data, fetching, error }, refetch] = useQuery({
    query: RegistrationContextsDocument,
    variables: { first: SHOWN, filter: clientId ? { clientId } : {} },
  });
  const show: Show = (registration, context) => move({ registration, context });
  const close = () => show();
  const add = (
    <Button leftSection={<Plus size={16} />} onClick={() => show('create')}>
      New context
    </Button>
  );
  const rows = data?.registrationContexts.nodes;
  const chosen = rows?.find((each) => each.id === search.context);
  const columns = clientId ? [NAME, GRANTS, STATUS] : [NAME, WHOSE, GRANTS, STATUS];
  return (
    <Stack>
      {rows && rows.length > 0 && <Group justify="flex-end">{add}</Group>}
      <DataTable
        label="Registration contexts"
        columns={[...columns, actionsColumn(show)]}
        rows={rows}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
        empty={
          <Empty icon={UserPlus} title="No contexts yet" action={add}>
            Who comes gets nothing by itself.
          </Empty>
        }
      />
      <Suspense>
        {search.registration === 'create' && <CreateContext clientId={clientId} onClose={close} />}
        {search.registration === 'edit' && chosen && <EditContext context={chosen} onClose={close} />}
        {search.registration === 'delete' && chosen && <DeleteContext context={chosen} onClose={close} />}
      </Suspense>
    </Stack>
  );
}

type ContextColumn = Column<RegistrationContextFieldsFragment>;

const NAME: ContextColumn = {
  key: 'name',
  header: 'Context',
  render: (context) => (
    <>
      <Text size="sm">{context.name}</Text>
      <Text size="xs" c="dimmed">
        {context.allowedDomains.length > 0 ? context.allowedDomains.join(', ') : 'Everybody'}
      </Text>
    </>
  ),
};

const WHOSE: ContextColumn = {
  key: 'client',
  header: 'Of',
  visibleFrom: 'sm',
  render: (context) => (
    <Text size="sm">{context.client?.name ?? context.clientId ?? 'The whole platform'}</Text>
  ),
};

const GRANTS: ContextColumn = {
  key: 'grants',
  header: 'Gives',
  visibleFrom: 'sm',
  render: (context) =>
    context.grants.map((grant) => {
      const line = grantText(grant, context.clientId);
      return (
        <Text key={line} size="sm">
          {line}
        </Text>
      );
    }),
};

const STATUS: ContextColumn = {
  key: 'isEnabled',
  header: 'Status',
  render: (context) => (
    <Text size="sm" component="span">
      <StatusDot tone={context.isEnabled ? 'good' : 'quiet'}>
        {context.isEnabled ? `Given to ${context.appliedCount}` : 'Disabled'}
      </StatusDot>
    </Text>
  ),
};

function actionsColumn(show: Show): ContextColumn {
  const buttons = [
    ['Edit', 'edit'],
    ['Delete', 'delete'],
  ] as const;
  return {
    key: 'actions',
    header: 'Actions',
    isHeaderHidden: true,
    width: 170,
    render: (context) => (
      <Group gap="xs" justify="flex-end" wrap="nowrap">
        {buttons.map(([label, dialog]) => (
          <Button
            key={dialog}
            className={classes.aboveRow}
            size="compact-sm"
            variant="default"
            aria-label={`${label} ${context.name}`}
            onClick={() => show(dialog, context.id)}
          >
            {label}
          </Button>
        ))}
      </Group>
    ),
  };
}

interface DeleteContextProps {
  context: RegistrationContextFieldsFragment;
  onClose: () => void;
}

function DeleteContext({ context, onClose }: DeleteContextProps) {
  const [failed, setFailed] = useState<string[]>([]);
  const action = useAction(RegistrationContextDeleteDocument, (data) => data.registrationContextDelete);
  async function submit() {
    const { errors } = await action.run({ input: { id: context.id } });
    if (errors) return setFailed(errors.map((error) => error.message));
    notifyDone('The context is deleted.');
    onClose();
  }
  return (
    <TypedDelete
      title={`Delete ${context.name}`}
      phrase={context.slug}
      isRunning={action.isRunning}
      errors={failed}
      onDelete={submit}
      onClose={onClose}
    >
      Nobody gets anything by it any more. Who has got something keeps it. To pause it, disable it instead.
    </TypedDelete>
  );
}
