import { Button, Group, Text } from '@mantine/core';
import { getRouteApi, lazyRouteComponent } from '@tanstack/react-router';
import { Handshake, Plus } from 'lucide-react';
import { Suspense, useState } from 'react';
import { useQuery } from 'urql';
import {
  IdentityProviderDeleteDocument,
  type IdentityProviderFieldsFragment,
  IdentityProvidersDocument,
} from '../gen/graphql';
import { useAction } from '../shared/actions';
import { type Column, DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { PageHead } from '../shared/PageHead';
import { StatusDot } from '../shared/StatusDot';
import classes from '../shared/shared.module.css';
import { notifyDone } from '../shared/toasts';
import type { ProvidersSearch } from './search';

const CreateProvider = lazyRouteComponent(() => import('./ProviderForm'), 'CreateProvider');
const EditProvider = lazyRouteComponent(() => import('./ProviderForm'), 'EditProvider');
const TestProvider = lazyRouteComponent(() => import('./TestProvider'), 'TestProvider');
const TypedDelete = lazyRouteComponent(() => import('../shared/TypedDelete'), 'TypedDelete');
const route = getRouteApi('/identity-providers');
/** An installation has a handful of them. */
const SHOWN = 100;

type Dialog = NonNullable<ProvidersSearch['dialog']>;

/** Who else signs people in: set up, tried, changed, deleted. */
export function ProvidersPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: IdentityProvidersDocument,
    variables: { first: SHOWN },
  });
  const show = (dialog?: Dialog, provider?: string) => navigate({ search: { dialog, provider } });
  const close = () => show();
  const add = (
    <Button leftSection={<Plus size={16} />} onClick={() => show('create')}>
      New provider
    </Button>
  );
  const chosen = data?.identityProviders.nodes.find((each) => each.id === search.provider);
  return (
    <>
      <PageHead
        title="Identity providers"
        description="Google, Microsoft, GitHub, a company's own: people sign in with an account that they have there."
        actions={add}
      />
      <DataTable
        label="Identity providers"
        columns={[...COLUMNS, actionsColumn(show)]}
        rows={data?.identityProviders.nodes}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
        empty={
          <Empty icon={Handshake} title="No providers yet" action={add}>
            People sign in with a password or a passkey alone.
          </Empty>
        }
      />
      <Suspense>
        {search.dialog === 'create' && <CreateProvider onClose={close} />}
        {search.dialog === 'edit' && chosen && <EditProvider provider={chosen} onClose={close} />}
        {search.dialog === 'test' && chosen && <TestProvider provider={chosen} onClose={close} />}
        {search.dialog === 'delete' && chosen && <DeleteProvider provider={chosen} onClose={close} />}
      </Suspense>
    </>
  );
}

const COLUMNS: readonly Column<IdentityProviderFieldsFragment>[] = [
  {
    key: 'name',
    header: 'Provider',
    render: (provider) => (
      <>
        <Text size="sm">{provider.name}</Text>
        <Text size="xs" c="dimmed">
          {provider.issuer ?? provider.authorizationEndpoint}
        </Text>
      </>
    ),
  },
  {
    key: 'isEnabled',
    header: 'Status',
    render: (provider) => (
      <Text size="sm" component="span">
        <StatusDot tone={provider.isEnabled ? 'good' : 'quiet'}>
          {provider.isEnabled ? 'Enabled' : 'Disabled'}
        </StatusDot>
      </Text>
    ),
  },
  {
    key: 'trust',
    header: 'New people',
    visibleFrom: 'sm',
    render: (provider) => (
      <Text size="sm">
        {provider.canSignUp
          ? 'Get an account'
          : provider.trustsEmail
            ? 'Known addresses only'
            : 'By connecting only'}
      </Text>
    ),
  },
];

function actionsColumn(
  show: (dialog: Dialog, provider: string) => void,
): Column<IdentityProviderFieldsFragment> {
  const buttons = [
    ['Test', 'test'],
    ['Edit', 'edit'],
    ['Delete', 'delete'],
  ] as const;
  return {
    key: 'actions',
    header: 'Actions',
    isHeaderHidden: true,
    width: 240,
    render: (provider) => (
      <Group gap="xs" justify="flex-end" wrap="nowrap">
        {buttons.map(([label, dialog]) => (
          <Button
            key={dialog}
            className={classes.aboveRow}
            size="compact-sm"
            variant="default"
            aria-label={`${label} ${provider.name}`}
            onClick={() => show(dialog, provider.id)}
          >
            {label}
          </Button>
        ))}
      </Group>
    ),
  };
}

interface DeleteProviderProps {
  provider: IdentityProviderFieldsFragment;
  onClose: () => void;
}

function DeleteProvider({ provider, onClose }: DeleteProviderProps) {
  const [failed, setFailed] = useState<string[]>([]);
  const action = useAction(IdentityProviderDeleteDocument, (data) => data.identityProviderDelete);
  async function submit() {
    const { errors } = await action.run({ input: { id: provider.id } });
    if (errors) return setFailed(errors.map((error) => error.message));
    notifyDone('The provider is deleted.');
    onClose();
  }
  return (
    <TypedDelete
      title={`Delete ${provider.name}`}
      phrase={provider.slug}
      isRunning={action.isRunning}
      errors={failed}
      onDelete={submit}
      onClose={onClose}
    >
      Nobody signs in through {provider.name} any more, and every connection to it is gone. Sessions stay. To
      pause it, disable it instead.
    </TypedDelete>
  );
}
