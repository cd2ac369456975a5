import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core';
import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';

interface UriListProps {
  label: string;
  description?: ReactNode;
  placeholder: string;
  values: readonly string[];
  /** Errors by path, as the form keeps them: `name` for the list, `name.2` for one line. */
  errors: Record<string, ReactNode>;
  name: string;
  isReadOnly?: boolean;
  onChange: (values: string[]) => void;
}

/** A list of addresses, one input each. An empty list shows one empty line. */
export function UriList(props: UriListProps) {
  const { label, description, placeholder, values, errors, name, isReadOnly = false, onChange } = props;
  const lines = values.length > 0 ? values : [''];
  const replace = (index: number, value: string) =>
    onChange(lines.map((line, at) => (at === index ? value : line)));
  return (
    <Input.Wrapper label={label} description={description} error={errors[name]} labelElement="div">
      <Stack gap="xs" mt={6}>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity while they are typed
          <Group key={index} gap="xs" wrap="nowrap" align="flex-start">
            <TextInput
              flex={1}
              type="text"
              inputMode="url"
              spellCheck={false}
              aria-label={`${label}, ${index + 1}`}
              placeholder={placeholder}
              value={line}
              error={errors[`${name}.${index}`]}
              readOnly={isReadOnly}
              onChange={(event) => replace(index, event.currentTarget.value)}
            />
            {!isReadOnly && lines.length > 1 && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={`Remove ${line || 'the empty line'}`}
                onClick={() => onChange(lines.filter((_, at) => at !== index))}
              >
                <X size={16} />
              </ActionIcon>
            )}
          </Group>
        ))}
      </Stack>
      {!isReadOnly && (
        <Button
          mt="xs"
          size="compact-sm"
          variant="subtle"
          leftSection={<Plus size={14} />}
          onClick={() => onChange([...lines, ''])}
        >
          Add another
        </Button>
      )}
    </Input.Wrapper>
  );
}
