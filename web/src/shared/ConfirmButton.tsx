import { Button, Group, Popover, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './shared.module.css';

interface ConfirmButtonProps {
  children: ReactNode;
  /** What happens, asked before it does. */
  question: string;
  label: string;
  isRunning: boolean;
  onConfirm: () => void;
}

/** A button for what cannot be undone but harms little: asks once, in place. */
export function ConfirmButton({ children, question, label, isRunning, onConfirm }: ConfirmButtonProps) {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <Popover opened={isOpen} onChange={(next) => !next && close()} position="bottom-end" width={270} withArrow trapFocus>
      <Popover.Target>
        <Button className={classes.aboveRow} size="compact-sm" variant="default" onClick={open} aria-label={label}>
          {children}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Text size="sm">{question}</Text>
          <Group justify="flex-end" gap="xs">
            <Button size="compact-sm" variant="default" onClick={close}>
              Cancel
            </Button>
            <Button size="compact-sm" color="red" loading={isRunning} onClick={onConfirm}>
              {children}
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
