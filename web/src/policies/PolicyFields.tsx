import { Stack, TextInput } from '@mantine/core';
import shared from '../shared/shared.module.css';
import type { Draft, DraftErrors } from './draft';
import classes from './policies.module.css';

interface PolicyFieldsProps {
  draft: Draft;
  isNew: boolean;
  errors: DraftErrors;
  onChange: (changes: Partial<Draft>) => void;
}

/** What a policy is called, which stays, and what it is for. */
export function PolicyFields({ draft, isNew, errors, onChange }: PolicyFieldsProps) {
  return (
    <Stack className={`${shared.surface} ${shared.card}`} mb="md" gap="sm">
      {isNew && (
        <TextInput
          label="Name"
          description="Models and tuples refer to it by this name, so it stays"
          placeholder="small-amounts"
          required
          maxLength={64}
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: classes.name }}
          value={draft.name}
          error={errors.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
      )}
      <TextInput
        label="Description"
        placeholder="What it is for, for people"
        maxLength={500}
        autoComplete="off"
        value={draft.description}
        error={errors.description}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
    </Stack>
  );
}
