import { Button, CopyButton, Group, Text } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import shared from '../shared/shared.module.css';
import classes from './clients.module.css';

/** A secret in the only moment in which it can be read. */
export function SecretOnce({ secret, what = 'client secret' }: { secret: string; what?: string }) {
  return (
    <div className={classes.secret}>
      <Text size="sm" fw={600} mb={4}>
        The {what}, shown only now
      </Text>
      <Group justify="space-between" wrap="nowrap">
        <Text span className={shared.mono} data-testid="client-secret">
          {secret}
        </Text>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button
              flex="none"
              size="compact-sm"
              variant="default"
              leftSection={copied ? <Check size={14} /> : <Copy size={14} />}
              onClick={copy}
              aria-label={copied ? 'Copied' : `Copy the ${what}`}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
    </div>
  );
}
