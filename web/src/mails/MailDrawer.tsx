import { Alert, Anchor, Drawer, Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from 'urql';
import { MailDocument, type MailQuery } from '../gen/graphql';
import { styleNonce } from '../shared/csp';
import { ProblemPanel } from '../shared/ProblemPanel';
import { absoluteTime } from '../shared/times';
import { MailState } from './mailColumns';
import { linkify, mailDocument } from './mailDocument';
import classes from './mails.module.css';

type View = 'html' | 'text';
type OpenMail = Extract<NonNullable<MailQuery['node']>, { __typename: 'Mail' }>;

interface MailDrawerProps {
  mailId: string;
  view: View;
  onView: (view: View) => void;
  onClose: () => void;
}

export function MailDrawer({ mailId, view, onView, onClose }: MailDrawerProps) {
  const [{ data, error, fetching }] = useQuery({
    query: MailDocument,
    variables: { id: mailId },
  });
  const mail = data?.node?.__typename === 'Mail' && data.node.id === mailId ? data.node : null;
  return (
    <Drawer opened onClose={onClose} position="right" size="xl" title={mail?.subject ?? 'Mail'}>
      {error && <ProblemPanel error={error} />}
      {fetching && !mail && <Skeleton h={320} />}
      {!fetching && !error && !mail && <Text c="dimmed">This mail is gone.</Text>}
      {mail && <MailContent mail={mail} view={view} onView={onView} />}
    </Drawer>
  );
}

function MailContent({ mail, view, onView }: { mail: OpenMail; view: View; onView: (view: View) => void }) {
  const shown = mail.html ? view : 'text';
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" component="div">
          To {mail.to} · {absoluteTime(mail.createdAt)} · <MailState status={mail.status} />
        </Text>
        {mail.html && (
          <SegmentedControl
            size="xs"
            aria-label="Form of the mail"
            data={[
              { value: 'html', label: 'HTML' },
              { value: 'text', label: 'Text' },
            ]}
            value={shown}
            onChange={(value) => onView(value === 'text' ? 'text' : 'html')}
          />
        )}
      </Group>
      {mail.failure && (
        <Alert color="red" title="This mail was given up">
          <Text size="sm" className={classes.failure}>
            {mail.failure}
          </Text>
        </Alert>
      )}
      {mail.text === '' && !mail.html ? (
        <Text c="dimmed">Only its reader sees the text of a mail that is sent.</Text>
      ) : shown === 'html' && mail.html ? (
        <iframe
          className={classes.frame}
          title={`The mail "${mail.subject}"`}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          srcDoc={mailDocument(mail.html, styleNonce())}
        />
      ) : (
        <pre className={classes.text}>
          {linkify(mail.text).map((part) =>
            part.isLink ? (
              <Anchor
                key={part.at}
                href={part.text}
                target="_blank"
                rel="noreferrer"
                underline="always"
                inherit
              >
                {part.text}
              </Anchor>
            ) : (
              part.text
            ),
          )}
        </pre>
      )}
    </Stack>
  );
}
