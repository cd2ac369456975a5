import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface ConfirmDialogProps {
  children: ReactNode;
  title: string;
  question: string;
  isRunning: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks once before what cannot be undone. */
export function ConfirmDialog({
  children,
  title,
  question,
  isRunning,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  return (
    <Modal opened onClose={onClose} title={title} size="sm">
      <Stack>
        <Text size="sm">{question}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" loading={isRunning} onClick={onConfirm} data-autofocus>
            {children}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
