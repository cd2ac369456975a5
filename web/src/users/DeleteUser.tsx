import { Checkbox } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { UserDeleteDocument, type UserDetailFieldsFragment } from '../gen/graphql';
import { useAction } from '../shared/actions';
import { personName } from '../shared/Person';
import { TypedDelete } from '../shared/TypedDelete';
import { notifyDone } from '../shared/toasts';
import { useViewer } from '../shell/viewer';
import { graceText } from './deletion';

interface DeleteUserProps {
  user: UserDetailFieldsFragment;
  onClose: () => void;
}

export function DeleteUser({ user, onClose }: DeleteUserProps) {
  const navigate = useNavigate();
  const grace = graceText(useViewer().server.deletionGraceSeconds);
  const isScheduled = user.deletion !== null;
  const hasChoice = grace !== null && !isScheduled;
  const [isAtOnce, setAtOnce] = useState(false);
  const [failed, setFailed] = useState<string[]>([]);
  const erase = useAction(UserDeleteDocument, (data) => data.userDelete);
  const isFinal = isAtOnce || !hasChoice;

  async function submit() {
    const { payload, errors } = await erase.run({ input: { id: user.id, immediately: isFinal } });
    if (errors) return setFailed(errors.map((error) => error.message));
    if (payload?.user) {
      notifyDone(`${user.email} will be erased in ${grace}.`);
      return onClose();
    }
    notifyDone(`${user.email} is erased.`);
    navigate({ to: '/users' });
  }

  return (
    <TypedDelete
      title={`${isScheduled ? 'Erase' : 'Delete'} ${personName(user)}`}
      phrase={user.email}
      isRunning={erase.isRunning}
      errors={failed}
      onDelete={submit}
      onClose={onClose}
      choices={
        hasChoice && (
          <Checkbox
            label="Erase at once"
            description="For a request that cannot wait. Nobody can bring the account back."
            checked={isAtOnce}
            onChange={(event) => setAtOnce(event.currentTarget.checked)}
          />
        )
      }
    >
      {isFinal
        ? 'The account, its credentials and its sessions are erased, and apps are told. Audit events stay, without personal data. This cannot be undone.'
        : `Nobody signs in to the account any more, and they are told by mail. In ${grace} it is erased with all that hangs from it; until then it can be restored.`}
    </TypedDelete>
  );
}
