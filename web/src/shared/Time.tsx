import { Text, type TextProps } from '@mantine/core';
import classes from './shared.module.css';
import { absoluteTime, relativeTime } from './times';

interface TimeProps extends TextProps {
  /** RFC 3339; null shows `never`. */
  value: string | null | undefined;
  never?: string;
}

/** A moment as people say it; the exact one on hover. */
export function Time({ value, never = 'never', ...text }: TimeProps) {
  if (!value) {
    return (
      <Text span inherit={!text.size} c="dimmed" {...text}>
        {never}
      </Text>
    );
  }
  return (
    <Text span inherit={!text.size} {...text}>
      <time dateTime={value} title={absoluteTime(value)} className={classes.nowrap}>
        {relativeTime(value, Date.now())}
      </time>
    </Text>
  );
}
