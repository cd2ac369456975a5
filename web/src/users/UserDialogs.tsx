import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { type UserDetailFieldsFragment, UserRestoreDocument, UserUnbanDocument } from '../gen/graphql';
import { useAction } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { personName } from '../shared/Person';
import { notifyDone } from '../shared/toasts';
import { BanUser } from './BanUser';
import { DeleteUser } from './DeleteUser';
import { ImpersonateUser } from './ImpersonateUser';
import { MergeUser } from './MergeUser';
import type { UserSearch } from './search';

interface UserDialogsProps {
  user: UserDetailFieldsFragment;
  dialog: NonNullable<UserSearch['dialog']>;
  onClose: () => void;
}

export function UserDialogs({ user, dialog, onClose }: UserDialogsProps) {
  if (dialog === 'delete') return <DeleteUser user={user} onClose={onClose} />;
  if (dialog === 'merge') return <MergeUser user={user} onClose={onClose} />;
  if (dialog === 'impersonate') return <ImpersonateUser user={user} onClose={onClose} />;
  const { title, Body } = ASKED[dialog];
  return (
    <Modal opened onClose={onClose} title={`${title} ${personName(user)}`}>
      <Body user={user} onClose={onClose} />
    </Modal>
  );
}

const ASKED = {
  ban: { title: 'Ban', Body: BanUser },
  unban: { title: 'Lift the ban of', Body: UnbanUser },
  restore: { title: 'Restore', Body: RestoreUser },
};

interface UserDialogProps {
  user: UserDetailFieldsFragment;
  onClose: () => void;
}

function UnbanUser({ user, onClose }: UserDialogProps) {
  const [failed, setFailed] = useState<string[]>([]);
  const unban = useAction(UserUnbanDocument, (data) => data.userUnban);
  async function submit() {
    const { payload, errors } = await unban.run({ input: { id: user.id } });
    if (errors) return setFailed(errors.map((error) => error.message));
    if (payload) notifyDone(`${personName(user)} may sign in again.`);
    onClose();
  }
  return (
    <Stack>
      <FormAlert errors={failed} />
      <Text size="sm">They can sign in again at once. Sessions that the ban ended stay ended.</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={unban.isRunning} onClick={submit} data-autofocus>
          Lift the ban
        </Button>
      </Group>
    </Stack>
  );
}

function RestoreUser({ user, onClose }: UserDialogProps) {
  const [failed, setFailed] = useState<string[]>([]);
  const restore = useAction(UserRestoreDocument, (data) => data.userRestore);
  async function submit() {
    const { payload, errors } = await restore.run({ input: { id: user.id } });
    if (errors) return setFailed(errors.map((error) => error.message));
    if (payload) notifyDone(`${personName(user)} is restored.`);
    onClose();
  }
  return (
    <Stack>
      <FormAlert errors={failed} />
      <Text size="sm">
        The account stays, and they are told by mail. Sessions and tokens that ended stay ended.
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={restore.isRunning} onClick={submit} data-autofocus>
          Restore
        </Button>
      </Group>
    </Stack>
  );
}
