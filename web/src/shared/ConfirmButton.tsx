import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './shared.module.css';

interface ConfirmButtonProps {
  children: ReactNode;
  /** What the button is for, where its text alone does not say it. */
  label: string;
  title: string;
  question: string;
  isRunning: boolean;
  onConfirm: () => void;
}

/** A button for what cannot be undone but harms little: asks once. */
export function ConfirmButton({
  children,
  label,
  title,
  question,
  isRunning,
  onConfirm,
}: ConfirmButtonProps) {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button
        className={classes.aboveRow}
        size="compact-sm"
        variant="default"
        onClick={open}
        aria-label={label}
      >
        {children}
      </Button>
      <Modal opened={isOpen} onClose={close} title={title} size="sm">
        <Stack>
          <Text size="sm">{question}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button color="red" loading={isRunning} onClick={onConfirm} data-autofocus>
              {children}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
