import { ActionIcon, Box, Button, Group, Input, Stack, Text, TextInput } from '@mantine/core';
import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { type GrantValues, NO_GRANT } from './values';

interface GrantListProps {
  grants: readonly GrantValues[];
  /** Errors by path, as the form keeps them: `grants` for the list, `grants.2` for one line. */
  errors: Record<string, ReactNode>;
  /** Whether types are those of a client, which are typed without its id. */
  hasOwnTypes: boolean;
  onChange: (grants: GrantValues[]) => void;
}

const FIELDS = [
  ['entityType', 'Type', 'invoice'],
  ['entityId', 'Id', 'every one'],
  ['relation', 'Relation', 'viewer'],
] as const;

/** What people get, a line each. */
export function GrantList({ grants, errors, hasOwnTypes, onChange }: GrantListProps) {
  const replace = (index: number, change: Partial<GrantValues>) =>
    onChange(grants.map((grant, at) => (at === index ? { ...grant, ...change } : grant)));
  const description = hasOwnTypes
    ? 'Relations on types of this client'
    : 'Relations on any type, by its full name, such as group or cli_…:invoice';
  return (
    <Input.Wrapper label="Gives" description={description} error={errors.grants} labelElement="div">
      <Stack gap="xs" mt={6}>
        <Group gap="xs" wrap="nowrap" aria-hidden>
          {FIELDS.map(([name, label]) => (
            <Text key={name} flex={1} size="xs" c="dimmed">
              {label}
            </Text>
          ))}
          {grants.length > 1 && <Box w={34} />}
        </Group>
        {grants.map((grant, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity while they are typed
          <Input.Wrapper key={index} error={errors[`grants.${index}`]} labelElement="div">
            <Group gap="xs" wrap="nowrap">
              {FIELDS.map(([name, label, placeholder]) => (
                <TextInput
                  key={name}
                  flex={1}
                  spellCheck={false}
                  aria-label={`${label}, ${index + 1}`}
                  placeholder={placeholder}
                  value={grant[name]}
                  error={name !== 'entityId' && Boolean(errors[`grants.${index}`])}
                  onChange={(event) => replace(index, { [name]: event.currentTarget.value })}
                />
              ))}
              {grants.length > 1 && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="lg"
                  aria-label={`Remove grant ${index + 1}`}
                  onClick={() => onChange(grants.filter((_, at) => at !== index))}
                >
                  <X size={16} />
                </ActionIcon>
              )}
            </Group>
          </Input.Wrapper>
        ))}
      </Stack>
      <Button
        mt="xs"
        size="compact-sm"
        variant="subtle"
        leftSection={<Plus size={14} />}
        onClick={() => onChange([...grants, NO_GRANT])}
      >
        Add another grant
      </Button>
    </Input.Wrapper>
  );
}
