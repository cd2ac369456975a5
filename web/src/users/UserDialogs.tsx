import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { UserDeleteDocument, type UserDetailFieldsFragment, UserUnbanDocument } from '../gen/graphql';
import { useAction } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { personName } from '../shared/Person';
import { TypedDelete } from '../shared/TypedDelete';
import { notifyDone } from '../shared/toasts';
import { BanUser } from './BanUser';
import type { UserSearch } from './search';

interface UserDialogsProps {
  user: UserDetailFieldsFragment;
  dialog: NonNullable<UserSearch['dialog']>;
  onClose: () => void;
}

export function UserDialogs({ user, dialog, onClose }: UserDialogsProps) {
  if (dialog === 'delete') return <DeleteUser user={user} onClose={onClose} />;
  const isBan = dialog === 'ban';
  return (
    <Modal
      opened
      onClose={onClose}
      title={isBan ? `Ban ${personName(user)}` : `Lift the ban of ${personName(user)}`}
    >
      {isBan ? <BanUser user={user} onClose={onClose} /> : <UnbanUser user={user} onClose={onClose} />}
    </Modal>
  );
}

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

function DeleteUser({ user, onClose }: UserDialogProps) {
  const navigate = useNavigate();
  const [failed, setFailed] = useState<string[]>([]);
  const erase = useAction(UserDeleteDocument, (data) => data.userDelete);
  async function submit() {
    const { errors } = await erase.run({ input: { id: user.id } });
    if (errors) return setFailed(errors.map((error) => error.message));
    notifyDone(`${user.email} was deleted.`);
    navigate({ to: '/users' });
  }
  return (
    <TypedDelete
      title={`Delete ${personName(user)}`}
      phrase={user.email}
      isRunning={erase.isRunning}
      errors={failed}
      onDelete={submit}
      onClose={onClose}
    >
      The account, its credentials and its sessions are erased, and apps are told. Audit events stay, without
      personal data. This cannot be undone.
    </TypedDelete>
  );
}
