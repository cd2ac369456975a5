import { Button, Group, List, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useClient } from 'urql';
import { type UserDetailFieldsFragment, UserMergeDocument, UsersDocument } from '../gen/graphql';
import { useAction } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { personName } from '../shared/Person';
import { notifyDone } from '../shared/toasts';
import { mergeTexts } from './deletion';

interface MergeUserProps {
  user: UserDetailFieldsFragment;
  onClose: () => void;
}

interface Plan {
  into: UserDetailFieldsFragment;
  lines: string[];
}

/** Makes the account part of another one: looks first at what would move, then asks. */
export function MergeUser({ user, onClose }: MergeUserProps) {
  const navigate = useNavigate();
  const api = useClient();
  const [other, setOther] = useState('');
  const [plan, setPlan] = useState<Plan | null>(null);
  const [failed, setFailed] = useState<string[]>([]);
  const merge = useAction(UserMergeDocument, (data) => data.userMerge);

  async function run(into: string, dryRun: boolean) {
    const { payload, errors } = await merge.run({ input: { from: user.id, into, dryRun } });
    setFailed(errors?.map((error) => error.message) ?? []);
    return payload?.user ? { ...payload, user: payload.user } : null;
  }

  async function look(event: FormEvent) {
    event.preventDefault();
    const search = other.trim();
    const { data } = await api.query(UsersDocument, { first: 10, filter: { search } }).toPromise();
    const found = data?.users.nodes.find(
      ({ id, email }) => id === search || email.toLowerCase() === search.toLowerCase(),
    );
    if (!found) return setFailed([`There is no user ${search}.`]);
    const tried = await run(found.id, true);
    if (!tried) return;
    const filled = tried.profile?.length ? [`profile: ${tried.profile.join(', ')}`] : [];
    setPlan({ into: tried.user, lines: [...mergeTexts(tried.parts ?? []), ...filled] });
  }

  async function submit() {
    const into = plan?.into;
    if (!into || !(await run(into.id, false))) return;
    notifyDone(`${user.email} is part of ${into.email} now.`);
    navigate({ to: '/users/$userId', params: { userId: into.id } });
  }

  return (
    <Modal opened onClose={onClose} title={`Merge ${personName(user)}`}>
      {plan ? (
        <Stack>
          <FormAlert errors={failed} />
          <Text size="sm">
            {user.email} becomes part of <b>{plan.into.email}</b> and is erased, with its password, second
            factors, API keys and sessions. Both are signed out. This cannot be undone.
          </Text>
          {plan.lines.length > 0 ? (
            <List size="sm">
              {plan.lines.map((line) => (
                <List.Item key={line}>{line}</List.Item>
              ))}
            </List>
          ) : (
            <Text size="sm" c="dimmed">
              It has nothing that moves.
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setPlan(null)}>
              Back
            </Button>
            <Button color="red" loading={merge.isRunning} onClick={submit}>
              Merge
            </Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={look}>
          <Stack>
            <FormAlert errors={failed} />
            <Text size="sm">For two accounts of the same person. Next you see what moves.</Text>
            <TextInput
              label="The account that stays"
              description="E-mail address or id"
              required
              value={other}
              onChange={(event) => setOther(event.currentTarget.value)}
              autoComplete="off"
              data-autofocus
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={merge.isRunning}>
                Look
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
