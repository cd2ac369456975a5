import { Button, Code, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { FormAlert } from './FormAlert';

interface TypedDeleteProps {
  title: string;
  /** What must be typed before the button works. */
  phrase: string;
  children: ReactNode;
  /** What can be chosen besides. */
  choices?: ReactNode;
  isRunning: boolean;
  errors: readonly string[];
  onDelete: () => void;
  onClose: () => void;
}

export function TypedDelete({
  title,
  phrase,
  children,
  choices,
  isRunning,
  errors,
  onDelete,
  onClose,
}: TypedDeleteProps) {
  const [typed, setTyped] = useState('');
  const isConfirmed = typed.trim() === phrase;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (isConfirmed) onDelete();
  }
  return (
    <Modal opened onClose={onClose} title={title}>
      <form onSubmit={submit}>
        <Stack>
          <FormAlert errors={errors} />
          <Text size="sm">{children}</Text>
          {choices}
          <TextInput
            label={
              <>
                Type <Code>{phrase}</Code> to confirm
              </>
            }
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color="red" disabled={!isConfirmed} loading={isRunning}>
              Delete
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
