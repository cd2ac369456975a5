import { CloseButton, TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';

interface SearchBoxProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  label: string;
  value: string | undefined;
  onSearch: (value: string | undefined) => void;
}

const PAUSE_MS = 250;

/** A search that asks when typing pauses, and follows the URL when that changes by itself. */
export function SearchBox({ label, value, onSearch, ...input }: SearchBoxProps) {
  const [typed, setTyped] = useState(value ?? '');
  const ask = useDebouncedCallback((next: string) => onSearch(next.trim() || undefined), PAUSE_MS);
  useEffect(() => {
    setTyped((current) => (current.trim() === (value ?? '') ? current : (value ?? '')));
  }, [value]);
  function change(next: string) {
    setTyped(next);
    ask(next);
  }
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      leftSection={<Search size={16} />}
      rightSection={
        typed && <CloseButton size="sm" aria-label="Clear the search" onClick={() => change('')} />
      }
      value={typed}
      onChange={(event) => change(event.currentTarget.value)}
      {...input}
    />
  );
}
