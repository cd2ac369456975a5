import { Button, CopyButton, Group, Stack, Text } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import shared from '../shared/shared.module.css';
import classes from './api_keys.module.css';

/** A key in the only moment in which it can be read. */
export function KeyOnce({ secret, onDone }: { secret: string; onDone: () => void }) {
  return (
    <Stack>
      <div className={classes.secret}>
        <Text size="sm" fw={600} mb={4}>
          The API key, shown only now
        </Text>
        <Group justify="space-between" wrap="nowrap">
          <Text span className={`${shared.mono} ${classes.text}`} data-testid="api-key">
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
                aria-label={copied ? 'Copied' : 'Copy the API key'}
              >
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
        </Group>
      </div>
      <Group justify="flex-end">
        <Button onClick={onDone}>I have stored the key</Button>
      </Group>
    </Stack>
  );
}
