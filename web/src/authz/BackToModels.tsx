import { Anchor, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';

export function BackToModels() {
  return (
    <Anchor component={Link} to="/permissions" size="sm" c="dimmed" mb="xs" display="inline-block">
      <Group gap={4} component="span">
        <ChevronLeft size={14} aria-hidden /> Models
      </Group>
    </Anchor>
  );
}
