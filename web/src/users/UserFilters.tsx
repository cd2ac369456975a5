import { Group, SegmentedControl, Select } from '@mantine/core';
import { SearchBox } from '../shared/SearchBox';
import type { UsersSearch } from './search';

interface UserFiltersProps {
  search: UsersSearch;
  onChange: (changes: Partial<UsersSearch>) => void;
}

const STATUS_CHOICES = [
  { value: '', label: 'All' },
  { value: 'ACTIVE', label: 'Active' },
  { value: 'BANNED', label: 'Banned' },
];

const VERIFIED_CHOICES = [
  { value: 'true', label: 'Verified address' },
  { value: 'false', label: 'Unverified address' },
];

export function UserFilters({ search, onChange }: UserFiltersProps) {
  return (
    <Group mb="md" gap="sm">
      <SearchBox label="Search users" value={search.q} onSearch={(q) => onChange({ q })} flex={1} miw={220} />
      <Select
        aria-label="Verification of the address"
        placeholder="Any address"
        data={VERIFIED_CHOICES}
        value={search.verified === undefined ? null : String(search.verified)}
        onChange={(value) => onChange({ verified: value === null ? undefined : value === 'true' })}
        clearable
        w={190}
      />
      <SegmentedControl
        aria-label="Status"
        data={STATUS_CHOICES}
        value={search.status ?? ''}
        onChange={(value) => onChange({ status: value === 'ACTIVE' || value === 'BANNED' ? value : undefined })}
      />
    </Group>
  );
}
