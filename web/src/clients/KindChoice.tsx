import { Group, Stack, Text, ThemeIcon, UnstyledButton } from '@mantine/core';
import { ChevronRight } from 'lucide-react';
import type { ClientKind } from '../gen/graphql';
import classes from './clients.module.css';
import { KIND_FACTS } from './kinds';
import { KINDS } from './search';

export function KindChoice({ onChoose }: { onChoose: (kind: ClientKind) => void }) {
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        What are you connecting? The kind decides how it proves who it is.
      </Text>
      {KINDS.map((kind, index) => {
        const { icon: Icon, label, summary } = KIND_FACTS[kind];
        return (
          <UnstyledButton
            key={kind}
            className={classes.choice}
            onClick={() => onChoose(kind)}
            data-autofocus={index === 0 || undefined}
          >
            <Group wrap="nowrap">
              <ThemeIcon variant="light" size={40}>
                <Icon size={20} />
              </ThemeIcon>
              <div className={classes.grow}>
                <Text fw={600} size="sm">
                  {label}
                </Text>
                <Text size="sm" c="dimmed">
                  {summary}
                </Text>
              </div>
              <ChevronRight size={16} aria-hidden />
            </Group>
          </UnstyledButton>
        );
      })}
    </Stack>
  );
}
