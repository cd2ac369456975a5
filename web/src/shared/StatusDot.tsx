import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './shared.module.css';

export type Tone = 'good' | 'bad' | 'warn' | 'quiet';

/** A state as a coloured dot beside a word, so that colour never says it alone. */
export function StatusDot({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <Group gap={8} wrap="nowrap" component="span" display="inline-flex">
      <span className={classes.dot} data-tone={tone} aria-hidden />
      <Text span inherit className={classes.nowrap}>
        {children}
      </Text>
    </Group>
  );
}
