import { Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { useQuery } from 'urql';
import { type PersonFieldsFragment, SearchDocument, UserDocument } from '../gen/graphql';
import { useCan } from '../shell/viewer';

interface SubjectIdInputProps {
  type: string;
  label: string;
  value: string;
  error?: ReactNode;
  onChange: (id: string) => void;
}

/** The id of a subject; of a user it is found by name or mail address. */
export function SubjectIdInput({ type, label, value, error, onChange }: SubjectIdInputProps) {
  const can = useCan();
  if (type === 'user' && can.usersView)
    return <PersonSelect label={label} value={value} error={error} onChange={onChange} />;
  return (
    <TextInput
      label={label}
      required
      autoComplete="off"
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

const PAUSE_MS = 200;

interface Option {
  value: string;
  label: string;
}

function PersonSelect({ label, value, error, onChange }: Omit<SubjectIdInputProps, 'type'>) {
  const [typed, setTyped] = useState('');
  const chosen = useChosen(value);
  const text = typed.trim();
  const wanted = text === chosen?.label || text === value ? '' : text;
  const [search] = useDebouncedValue(wanted, PAUSE_MS);
  const [{ data, fetching }] = useQuery({
    query: SearchDocument,
    variables: { search, withUsers: true, withClients: false },
    pause: search === '',
  });
  const isSettled = search === wanted && !fetching;
  const found = search === '' ? [] : (data?.users?.nodes ?? []).map(personOption);
  const options = [...(chosen ? [chosen] : []), ...found, ...(isSettled && wanted ? [idOption(wanted)] : [])];
  return (
    <Select
      label={label}
      required
      searchable
      placeholder="Name, mail address or id"
      data={options.filter(
        (each, index) => options.findIndex((other) => other.value === each.value) === index,
      )}
      filter={({ options: all }) => all}
      renderOption={({ option }) => (option.label === option.value ? `The id ${option.value}` : option.label)}
      value={value || null}
      error={error}
      nothingFoundMessage={wanted === '' ? 'Type a name' : 'Searching…'}
      onSearchChange={setTyped}
      onChange={(id) => onChange(id ?? '')}
    />
  );
}

/** Whoever is chosen, under a label that stays whatever is searched for next. */
function useChosen(id: string): Option | null {
  const [{ data }] = useQuery({
    query: UserDocument,
    variables: { id },
    pause: id === '',
    requestPolicy: 'cache-first',
  });
  if (id === '') return null;
  return data?.user?.id === id ? personOption(data.user) : idOption(id);
}

function personOption(person: PersonFieldsFragment): Option {
  return { value: person.id, label: person.name ? `${person.name} · ${person.email}` : person.email };
}

function idOption(id: string): Option {
  return { value: id, label: id };
}
