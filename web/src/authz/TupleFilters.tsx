import { Button, Group, NativeSelect } from '@mantine/core';
import { X } from 'lucide-react';
import { SearchBox } from '../shared/SearchBox';
import { isNarrowed, type PermissionsSearch, withoutFilters } from './search';
import { type KnownType, subjectChoices } from './types';

interface TupleFiltersProps {
  scope: string;
  types: readonly KnownType[];
  search: PermissionsSearch;
  onChange: (search: PermissionsSearch) => void;
}

/** In a client everything but the type waits for a type. */
export function TupleFilters({ scope, types, search, onChange }: TupleFiltersProps) {
  const narrow = (changes: Partial<PermissionsSearch>) =>
    onChange({ ...search, ...changes, after: undefined, before: undefined });
  const relations = types.find(({ type }) => type === search.type)?.relations ?? [];
  const isOpen = scope === '' || search.type !== undefined;
  return (
    <Group mb="md" gap="sm" align="flex-end">
      <NativeSelect
        aria-label="Type"
        data={withChosen(
          [
            { value: '', label: 'Any type' },
            ...types.map(({ name, type }) => ({ value: type, label: name })),
          ],
          search.type,
        )}
        value={search.type ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onChange({ ...withoutFilters(search), type: value || undefined })
        }
      />
      {isOpen && (
        <>
          <SearchBox
            label="Entity id"
            value={search.entity}
            onSearch={(entity) => narrow({ entity })}
            flex={1}
            miw={140}
          />
          {relations.length > 0 ? (
            <NativeSelect
              aria-label="Relation"
              data={[
                { value: '', label: 'Any relation' },
                ...relations.map(({ name }) => ({ value: name, label: name })),
              ]}
              value={search.relation ?? ''}
              onChange={({ currentTarget: { value } }) => narrow({ relation: value || undefined })}
            />
          ) : (
            <SearchBox
              label="Relation"
              value={search.relation}
              onSearch={(relation) => narrow({ relation })}
              w={150}
            />
          )}
          <NativeSelect
            aria-label="Type of who"
            data={withChosen([{ value: '', label: 'Anyone' }, ...subjectChoices(types)], search.subjectType)}
            value={search.subjectType ?? ''}
            onChange={({ currentTarget: { value } }) => narrow({ subjectType: value || undefined })}
          />
          <SearchBox
            label="Id of who"
            value={search.subject}
            onSearch={(subject) => narrow({ subject })}
            flex={1}
            miw={140}
          />
        </>
      )}
      {isNarrowed(search) && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<X size={14} />}
          onClick={() => onChange(withoutFilters(search))}
        >
          Clear
        </Button>
      )}
    </Group>
  );
}

interface Choice {
  value: string;
  label: string;
}

/** What the URL names stays choosable, though the model does not know it. */
function withChosen(choices: Choice[], chosen: string | undefined): Choice[] {
  const isKnown = chosen === undefined || choices.some(({ value }) => value === chosen);
  return isKnown ? choices : [...choices, { value: chosen, label: chosen }];
}
