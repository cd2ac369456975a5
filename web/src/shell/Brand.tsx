import { Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import classes from './shell.module.css';

export function BrandMark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#0a6b57" />
      <path
        d="M16 6.5 24.6 25h-4.3l-1.5-3.4h-5.7L11.6 25H7.4Z M16 14.2l-1.7 4.2h3.4Z"
        fill="#fff"
        fillRule="evenodd"
      />
    </svg>
  );
}

export function Brand() {
  return (
    <Link to="/" className={classes.brand}>
      <Group gap={10} wrap="nowrap">
        <BrandMark />
        <Text span fw={650} size="lg">
          Auther
        </Text>
      </Group>
    </Link>
  );
}
