import { useDebouncedValue } from '@mantine/hooks';
import {
  Spotlight,
  type SpotlightActionData,
  type SpotlightActionGroupData,
  spotlight,
} from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import { useNavigate } from '@tanstack/react-router';
import { AppWindow, Plus, Search, UserRound } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { SearchDocument } from '../gen/graphql';
import { personName } from '../shared/Person';
import { navigationFor } from './nav';
import { useCan } from './viewer';

const PAUSE_MS = 200;
const FIRST_SEARCHED_LENGTH = 2;

/** Pages, common actions, and users and clients as one types. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState('');
  const pages = usePages(query);
  const found = useFound(query);
  const groups = [...pages, ...found.groups].filter((group) => group.actions.length > 0);
  useEffect(() => spotlight.open(), []);
  return (
    <Spotlight
      shortcut={null}
      query={query}
      onQueryChange={setQuery}
      onSpotlightClose={onClose}
      filter={(_query, actions) => actions}
      actions={groups}
      nothingFound={found.isSearching ? 'Searching…' : 'Nothing has that name'}
      scrollable
      centered={false}
      maxHeight={420}
      searchProps={{
        leftSection: <Search size={18} />,
        placeholder: 'Search users, clients and pages',
        'aria-label': 'Search users, clients and pages',
      }}
    />
  );
}

function matches(query: string) {
  const wanted = query.trim().toLowerCase();
  return (action: SpotlightActionData) => action.label?.toLowerCase().includes(wanted) ?? false;
}

function usePages(query: string): SpotlightActionGroupData[] {
  const can = useCan();
  const navigate = useNavigate();
  const pages = navigationFor(can).flatMap((group) =>
    group.items.map(({ label, to, icon: Icon }) => ({
      id: to,
      label,
      leftSection: <Icon size={18} />,
      onClick: () => navigate({ to }),
    })),
  );
  const actions: SpotlightActionData[] = [];
  if (can.usersCreate) {
    const onClick = () => navigate({ to: '/users', search: { dialog: 'create' } });
    actions.push({ id: 'create-user', label: 'Create a user', leftSection: <Plus size={18} />, onClick });
  }
  if (can.clientsCreate) {
    const onClick = () => navigate({ to: '/clients', search: { dialog: 'create' } });
    actions.push({ id: 'create-client', label: 'Connect an app', leftSection: <Plus size={18} />, onClick });
  }
  return [
    { group: 'Go to', actions: pages.filter(matches(query)) },
    { group: 'Do', actions: actions.filter(matches(query)) },
  ];
}

function useFound(query: string): { isSearching: boolean; groups: SpotlightActionGroupData[] } {
  const can = useCan();
  const navigate = useNavigate();
  const [search] = useDebouncedValue(query.trim(), PAUSE_MS);
  const isPaused = search.length < FIRST_SEARCHED_LENGTH || !(can.usersView || can.clientsView);
  const [{ data, fetching }] = useQuery({
    query: SearchDocument,
    variables: { search, withUsers: can.usersView, withClients: can.clientsView },
    pause: isPaused,
  });
  if (isPaused) return { isSearching: false, groups: [] };
  const users = data?.users?.nodes ?? [];
  const clients = data?.clients?.nodes ?? [];
  const groups = [
    {
      group: 'Users',
      actions: users.map((user) => ({
        id: user.id,
        label: personName(user),
        description: user.email,
        leftSection: <UserRound size={18} />,
        onClick: () => navigate({ to: '/users/$userId', params: { userId: user.id } }),
      })),
    },
    {
      group: 'Clients',
      actions: clients.map((client) => ({
        id: client.id,
        label: client.name,
        description: client.id,
        leftSection: <AppWindow size={18} />,
        onClick: () => navigate({ to: '/clients/$clientId', params: { clientId: client.id } }),
      })),
    },
  ];
  return { isSearching: fetching, groups };
}
