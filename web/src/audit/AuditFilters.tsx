import { Button, Group, Indicator, Popover, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { ListFilter } from 'lucide-react';
import type { AuditOutcome } from '../gen/graphql';
import { SearchBox } from '../shared/SearchBox';
import type { AuditSearch } from './search';

interface AuditFiltersProps {
  search: AuditSearch;
  onChange: (changes: Partial<AuditSearch>) => void;
}

const OUTCOME_CHOICES = [
  { value: '', label: 'All' },
  { value: 'SUCCESS', label: 'Succeeded' },
  { value: 'FAILURE', label: 'Failed' },
  { value: 'DENIED', label: 'Denied' },
];

export function AuditFilters({ search, onChange }: AuditFiltersProps) {
  return (
    <Group mb="md" gap="sm">
      <SearchBox
        label="Action, such as user.banned"
        value={search.action}
        onSearch={(action) => onChange({ action })}
        flex={1}
        miw={220}
      />
      <MoreFilters search={search} onChange={onChange} />
      <SegmentedControl
        aria-label="Outcome"
        data={OUTCOME_CHOICES}
        value={search.outcome ?? ''}
        onChange={(value) => onChange({ outcome: value === '' ? undefined : (value as AuditOutcome) })}
      />
    </Group>
  );
}

function MoreFilters({ search, onChange }: AuditFiltersProps) {
  const { actor, target, request, from, to } = search;
  const active = [actor, target, request, from, to].filter(Boolean).length;
  return (
    <Popover position="bottom-end" width={320} trapFocus withArrow>
      <Popover.Target>
        <Indicator disabled={active === 0} label={active} size={18}>
          <Button variant="default" leftSection={<ListFilter size={16} />}>
            Filters
          </Button>
        </Indicator>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Group grow>
            <TextInput
              type="date"
              label="From"
              value={from ?? ''}
              onChange={(event) => onChange({ from: event.currentTarget.value || undefined })}
            />
            <TextInput
              type="date"
              label="To"
              value={to ?? ''}
              onChange={(event) => onChange({ to: event.currentTarget.value || undefined })}
            />
          </Group>
          <SearchBox label="Id of the actor" value={actor} onSearch={(value) => onChange({ actor: value })} />
          <SearchBox label="Id of the target" value={target} onSearch={(value) => onChange({ target: value })} />
          <SearchBox label="Id of the request" value={request} onSearch={(value) => onChange({ request: value })} />
          <Button
            variant="subtle"
            size="xs"
            disabled={active === 0}
            onClick={() =>
              onChange({ actor: undefined, target: undefined, request: undefined, from: undefined, to: undefined })
            }
          >
            Clear these filters
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
