import { CloseButton, Portal, Text } from '@mantine/core';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import classes from './Toasts.module.css';
import { dismiss, shownToasts, subscribe } from './toasts';

/** Short notices in the corner, read out by screen readers. */
export function Toasts() {
  const toasts = useSyncExternalStore(subscribe, shownToasts);
  return (
    <Portal>
      <section className={classes.corner} aria-live="polite" aria-label="Notices">
        {toasts.map(({ id, message, tone }) => (
          <div key={id} className={classes.toast} data-tone={tone}>
            {tone === 'done' ? (
              <CircleCheck size={18} aria-hidden />
            ) : (
              <TriangleAlert size={18} aria-hidden />
            )}
            <Text size="sm" flex={1}>
              {message}
            </Text>
            <CloseButton size="sm" aria-label="Dismiss" onClick={() => dismiss(id)} />
          </div>
        ))}
      </section>
    </Portal>
  );
}
