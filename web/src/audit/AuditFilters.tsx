import { Button, Group, NativeSelect, SimpleGrid, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ListFilter } from 'lucide-react';
import type { AuditOutcome } from '../gen/graphql';
import { SearchBox } from '../shared/SearchBox';
import shared from '../shared/shared.module.css';
import type { AuditSearch } from './search';

interface AuditFiltersProps {
  search: AuditSearch;
  onChange: (changes: Partial<AuditSearch>) => void;
}

const OUTCOME_CHOICES = [
  { value: '', label: 'Any outcome' },
  { value: 'SUCCESS', label: 'Succeeded' },
  { value: 'FAILURE', label: 'Failed' },
  { value: 'DENIED', label: 'Denied' },
];

export function AuditFilters({ search, onChange }: AuditFiltersProps) {
  const { actor, target, request, from, to } = search;
  const active = [actor, target, request, from, to].filter(Boolean).length;
  const [isOpen, { toggle }] = useDisclosure(active > 0);
  return (
    <>
      <Group mb="md" gap="sm">
        <SearchBox
          label="Action, such as user.banned"
          value={search.action}
          onSearch={(action) => onChange({ action })}
          flex={1}
          miw={220}
        />
        <NativeSelect
          aria-label="Outcome"
          data={OUTCOME_CHOICES}
          value={search.outcome ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onChange({ outcome: value === '' ? undefined : (value as AuditOutcome) })
          }
        />
        <Button
          variant="default"
          leftSection={<ListFilter size={16} />}
          onClick={toggle}
          aria-expanded={isOpen}
          aria-controls="more-filters"
        >
          {active > 0 ? `More filters (${active})` : 'More filters'}
        </Button>
      </Group>
      {isOpen && <MoreFilters search={search} onChange={onChange} />}
    </>
  );
}

function MoreFilters({ search, onChange }: AuditFiltersProps) {
  const { actor, target, request, from, to } = search;
  return (
    <SimpleGrid
      id="more-filters"
      className={`${shared.surface} ${shared.card}`}
      cols={{ base: 1, xs: 2, md: 5 }}
      mb="md"
    >
      <SearchBox label="Id of the actor" value={actor} onSearch={(value) => onChange({ actor: value })} />
      <SearchBox label="Id of the target" value={target} onSearch={(value) => onChange({ target: value })} />
      <SearchBox
        label="Id of the request"
        value={request}
        onSearch={(value) => onChange({ request: value })}
      />
      <TextInput
        type="date"
        aria-label="From this day"
        value={from ?? ''}
        onChange={(event) => onChange({ from: event.currentTarget.value || undefined })}
      />
      <TextInput
        type="date"
        aria-label="Up to this day"
        value={to ?? ''}
        onChange={(event) => onChange({ to: event.currentTarget.value || undefined })}
      />
    </SimpleGrid>
  );
}
