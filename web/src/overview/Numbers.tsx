import { SimpleGrid, Skeleton, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { OverviewQuery } from '../gen/graphql';
import { formatCount } from '../shared/paging';
import { duration } from '../shared/times';
import type { Can } from '../shell/viewer';
import classes from './overview.module.css';

interface NumbersProps {
  can: Can;
  data: OverviewQuery | undefined;
}

interface Fact {
  label: string;
  to: '/users' | '/clients' | '/sessions' | '/keys';
  isShown: boolean;
  value: string | undefined;
  note: string | undefined;
}

const DAY_SECONDS = 86_400;

/** What there is, counted; each number leads to its list. */
export function Numbers({ can, data }: NumbersProps) {
  const facts = factsOf(can, data).filter((fact) => fact.isShown);
  if (facts.length === 0) return null;
  return (
    <SimpleGrid cols={{ base: 2, md: facts.length }} spacing="md">
      {facts.map(({ label, to, value, note }) => (
        <Link key={label} to={to} className={classes.number}>
          <Text size="sm" c="dimmed">
            {label}
          </Text>
          {value === undefined ? (
            <Skeleton h={30} w={64} my={4} />
          ) : (
            <Text className={classes.value} component="div">
              {value}
            </Text>
          )}
          <Text size="xs" c="dimmed">
            {note ?? '\u00a0'}
          </Text>
        </Link>
      ))}
    </SimpleGrid>
  );
}

function factsOf(can: Can, data: OverviewQuery | undefined): Fact[] {
  const banned = data?.banned?.totalCount;
  const signing = data?.signingKeys?.filter((key) => key.status === 'ACTIVE');
  const oldest = Math.max(0, ...(signing ?? []).map((key) => key.ageSeconds));
  return [
    {
      label: 'Users',
      to: '/users',
      isShown: can.usersView,
      value: counted(data?.users),
      note: banned ? `${formatCount(banned)} banned` : 'nobody banned',
    },
    {
      label: 'Clients',
      to: '/clients',
      isShown: can.clientsView,
      value: counted(data?.clients),
      note: 'connected apps',
    },
    {
      label: 'Sessions',
      to: '/sessions',
      isShown: can.sessionsViewAll,
      value: counted(data?.sessions),
      note: 'signed in now',
    },
    {
      label: 'Signing keys',
      to: '/keys',
      isShown: can.keysView,
      value: signing && String(signing.length),
      note:
        signing &&
        `oldest ${duration(Math.floor(oldest / DAY_SECONDS) * DAY_SECONDS).replace(/^0 .*/, 'made today')}`,
    },
  ];
}

function counted(list: { totalCount: number } | undefined): string | undefined {
  return list && formatCount(list.totalCount);
}
