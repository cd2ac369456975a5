import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { MailRowFieldsFragment, MailStatus } from '../gen/graphql';
import type { Column } from '../shared/DataTable';
import { StatusDot, type Tone } from '../shared/StatusDot';
import classes from '../shared/shared.module.css';
import { Time } from '../shared/Time';

const STATES: Record<MailStatus, { tone: Tone; word: string }> = {
  OUTBOX: { tone: 'quiet', word: 'Kept here' },
  QUEUED: { tone: 'warn', word: 'Queued' },
  SENT: { tone: 'good', word: 'Sent' },
  FAILED: { tone: 'bad', word: 'Failed' },
};

export function MailState({ status }: { status: MailStatus }) {
  const { tone, word } = STATES[status];
  return (
    <Text size="sm" component="span">
      <StatusDot tone={tone}>{word}</StatusDot>
    </Text>
  );
}

export const MAIL_COLUMNS: readonly Column<MailRowFieldsFragment>[] = [
  {
    key: 'subject',
    header: 'Mail',
    render: (mail) => (
      <div>
        <Link to="/mails" search={(before) => ({ ...before, mail: mail.id })} className={classes.rowLink}>
          {mail.subject}
        </Link>
        <Text size="xs" c="dimmed">
          to {mail.to}
        </Text>
      </div>
    ),
  },
  {
    key: 'template',
    header: 'Template',
    visibleFrom: 'md',
    render: (mail) => <Text size="sm">{mail.template}</Text>,
  },
  {
    key: 'status',
    header: 'Status',
    visibleFrom: 'sm',
    render: (mail) => <MailState status={mail.status} />,
  },
  { key: 'createdAt', header: 'Written', render: (mail) => <Time value={mail.createdAt} size="sm" /> },
];
