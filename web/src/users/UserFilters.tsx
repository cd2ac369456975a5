import { Group, NativeSelect } from '@mantine/core';
import { SearchBox } from '../shared/SearchBox';
import { fromTriState, triState } from '../shared/search';
import { STATUSES, type UsersSearch } from './search';

interface UserFiltersProps {
  search: UsersSearch;
  onChange: (changes: Partial<UsersSearch>) => void;
}

const STATUS_CHOICES = [
  { value: '', label: 'Any status' },
  { value: 'ACTIVE', label: 'Active' },
  { value: 'BANNED', label: 'Banned' },
  { value: 'PENDING_DELETION', label: 'Deleted' },
];

const VERIFIED_CHOICES = [
  { value: '', label: 'Any address' },
  { value: 'true', label: 'Verified address' },
  { value: 'false', label: 'Unverified address' },
];

export function UserFilters({ search, onChange }: UserFiltersProps) {
  return (
    <Group mb="md" gap="sm">
      <SearchBox label="Search users" value={search.q} onSearch={(q) => onChange({ q })} flex={1} miw={220} />
      <NativeSelect
        aria-label="Status"
        data={STATUS_CHOICES}
        value={search.status ?? ''}
        onChange={({ currentTarget }) =>
          onChange({ status: STATUSES.find((status) => status === currentTarget.value) })
        }
      />
      <NativeSelect
        aria-label="Mail address"
        data={VERIFIED_CHOICES}
        value={triState(search.verified)}
        onChange={({ currentTarget }) => onChange({ verified: fromTriState(currentTarget.value) })}
      />
    </Group>
  );
}
