import { Button, Group, Text } from '@mantine/core';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { PageFieldsFragment } from '../gen/graphql';
import { formatCount, type PageSearch, pageLinks } from './paging';

interface PagerProps {
  search: PageSearch;
  page: PageFieldsFragment | undefined;
  count?: number | undefined;
  /** What is counted, in the plural. */
  noun: string;
  onMove: (search: PageSearch) => void;
}

export function Pager({ search, page, count, noun, onMove }: PagerProps) {
  const { previous, next } = pageLinks(search, page);
  return (
    <Group justify="space-between" mt="md" mih={36}>
      <Text size="sm" c="dimmed" aria-live="polite">
        {count === undefined ? '' : `${formatCount(count)} ${count === 1 ? noun.replace(/s$/, '') : noun}`}
      </Text>
      {(previous || next) && (
        <Group gap="xs" component="nav" aria-label="Pages">
          <Button
            variant="default"
            size="xs"
            leftSection={<ChevronLeft size={14} />}
            disabled={!previous}
            onClick={() => previous && onMove(previous)}
          >
            Previous
          </Button>
          <Button
            variant="default"
            size="xs"
            rightSection={<ChevronRight size={14} />}
            disabled={!next}
            onClick={() => next && onMove(next)}
          >
            Next
          </Button>
        </Group>
      )}
    </Group>
  );
}
