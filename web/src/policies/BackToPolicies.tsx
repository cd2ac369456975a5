import { Anchor, Group } from '@mantine/core';
import { ChevronLeft } from 'lucide-react';
import type { ScopeProps } from '../authz/scope';

export function BackToPolicies({ move }: Pick<ScopeProps, 'move'>) {
  return (
    <Anchor component="button" size="sm" c="dimmed" mb="xs" onClick={() => move({ part: 'policies' })}>
      <Group gap={4} component="span">
        <ChevronLeft size={14} aria-hidden /> Policies
      </Group>
    </Anchor>
  );
}
