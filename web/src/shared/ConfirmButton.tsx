import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazyRouteComponent } from '@tanstack/react-router';
import { type ReactNode, Suspense } from 'react';
import classes from './shared.module.css';

const ConfirmDialog = lazyRouteComponent(() => import('./ConfirmDialog'), 'ConfirmDialog');

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
      <Suspense>
        {isOpen && (
          <ConfirmDialog
            title={title}
            question={question}
            isRunning={isRunning}
            onConfirm={onConfirm}
            onClose={close}
          >
            {children}
          </ConfirmDialog>
        )}
      </Suspense>
    </>
  );
}
