import { Alert, Button, Text } from '@mantine/core';
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { Compass, TriangleAlert } from 'lucide-react';
import { Empty } from '../shared/Empty';
import { PageHead } from '../shared/PageHead';

export function NotFound() {
  return (
    <>
      <PageHead title="Not found" />
      <Empty
        icon={Compass}
        title="There is no such page"
        action={
          <Button component={Link} to="/" variant="default">
            Go to the overview
          </Button>
        }
      >
        The address may be mistyped, or what it showed is gone.
      </Empty>
    </>
  );
}

/** Shown when a page fails to render or its code cannot be fetched, as after an upgrade of the server. */
export function RouteFailed({ error }: ErrorComponentProps) {
  return (
    <Alert color="red" icon={<TriangleAlert size={18} />} title="This page failed" role="alert" m="xl">
      <Text size="sm">{error instanceof Error ? error.message : 'The reason is unknown.'}</Text>
      <Button mt="sm" size="xs" variant="default" onClick={() => window.location.reload()}>
        Reload
      </Button>
    </Alert>
  );
}
