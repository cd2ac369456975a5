import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';
import { words } from '../shared/texts';
import { SCOPES } from './settings';

interface ScopesInputProps extends Omit<TextInputProps, 'value' | 'defaultValue' | 'onChange'> {
  value: readonly string[];
  onChange: (scopes: string[]) => void;
  isReadOnly?: boolean;
}

/** Scopes the way OAuth writes them: words with blanks between. */
export function ScopesInput({ value, onChange, isReadOnly = false, ...input }: ScopesInputProps) {
  const [typed, setTyped] = useState(value.join(' '));
  function change(next: string) {
    setTyped(next);
    onChange(words(next));
  }
  return (
    <TextInput
      label="Scopes"
      description={`What the app may ask for, with blanks between. Standard ones: ${SCOPES.join(', ')}`}
      spellCheck={false}
      readOnly={isReadOnly}
      {...input}
      value={words(typed).join(' ') === value.join(' ') ? typed : value.join(' ')}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
