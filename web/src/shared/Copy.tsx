import { ActionIcon, CopyButton, Group, Text } from '@mantine/core';
import { Check, Copy as CopyIcon } from 'lucide-react';
import classes from './shared.module.css';

interface CopyProps {
  value: string;
  /** What is copied, for people who cannot see the icon. */
  label: string;
}

export function Copy({ value, label }: CopyProps) {
  return (
    <CopyButton value={value} timeout={1500}>
      {({ copied, copy }) => (
        <ActionIcon
          variant="subtle"
          color={copied ? 'pine' : 'gray'}
          size="sm"
          onClick={copy}
          title={`Copy ${label}`}
          aria-label={copied ? 'Copied' : `Copy ${label}`}
          className={classes.aboveRow}
        >
          {copied ? <Check size={14} /> : <CopyIcon size={14} />}
        </ActionIcon>
      )}
    </CopyButton>
  );
}

/** A value in type of fixed width with a button that copies it. */
export function CopyValue({ value, label }: CopyProps) {
  return (
    <Group gap={4} wrap="nowrap">
      <Text span className={classes.mono}>
        {value}
      </Text>
      <Copy value={value} label={label} />
    </Group>
  );
}

/** Several lines of code with a button that copies them. */
export function CodeBlock({ value, label }: CopyProps) {
  return (
    <div className={classes.codeBox}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.code} tabIndex={0} aria-label={label}>
        <pre>{value}</pre>
      </section>
      <div className={classes.codeCopy}>
        <Copy value={value} label={label} />
      </div>
    </div>
  );
}
