import { Box, Button, Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { ImpersonationStopDocument, type ViewerQuery } from '../gen/graphql';
import { useAction } from '../shared/actions';
import { personName } from '../shared/Person';
import classes from './shell.module.css';

type Viewer = ViewerQuery['viewer'];

/** Where the server leads out of it: its cookie goes, and the operator comes back to the user's page. */
export function wayOut(userId: string): string {
  return `/impersonation/over?stopped=1&next=${encodeURIComponent(`/admin/users/${userId}`)}`;
}

/** "15:04", in the time of who reads. */
export function clockTime(iso: string): string {
  return new Date(iso).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
}

export function ImpersonationBanner({ viewer: { user, impersonation } }: { viewer: Viewer }) {
  const [failed, setFailed] = useState<string | null>(null);
  const stop = useAction(ImpersonationStopDocument, (data) => data.impersonationStop);
  useReloadAt(impersonation?.expiresAt ?? null);
  if (!impersonation || !user) return null;

  async function submit() {
    const { errors } = await stop.run({});
    if (errors) return setFailed(errors.map((error) => error.message).join(' '));
    window.location.assign(wayOut(user?.id ?? ''));
  }

  return (
    <Box className={classes.impersonation} role="status" mb="md">
      <Group justify="center" gap="xs">
        <Text size="sm" fw={550}>
          {impersonation.operatorName ?? impersonation.operatorId}, you act as {personName(user)}
          {impersonation.expiresAt && ` until ${clockTime(impersonation.expiresAt)}`}.{failed && ` ${failed}`}
        </Text>
        <Button size="compact-sm" color="dark" onClick={submit} loading={stop.isRunning}>
          Stop
        </Button>
      </Group>
    </Box>
  );
}

/** Once it is over the server says so: nothing of it stays on the screen. */
function useReloadAt(moment: string | null) {
  useEffect(() => {
    if (!moment) return;
    const timer = setTimeout(
      () => window.location.reload(),
      Math.max(0, Date.parse(moment) - Date.now()) + 1_000,
    );
    return () => clearTimeout(timer);
  }, [moment]);
}
