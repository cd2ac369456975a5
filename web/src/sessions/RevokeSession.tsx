import { type SessionFieldsFragment, SessionRevokeDocument } from '../gen/graphql';
import { useAction } from '../shared/actions';
import { ConfirmButton } from '../shared/ConfirmButton';
import { notifyDone, notifyErrors } from '../shared/toasts';
import { useCan } from '../shell/viewer';

interface RevokeSessionProps {
  session: SessionFieldsFragment;
  /** One's own sessions need no permission to end. */
  isOwn: boolean;
}

export function RevokeSession({ session, isOwn }: RevokeSessionProps) {
  const can = useCan();
  const revoke = useAction(SessionRevokeDocument, (data) => data.sessionRevoke);
  if (!can.sessionsRevokeAll && !isOwn && !session.isCurrent) return null;
  async function submit() {
    const { errors } = await revoke.run({ input: { id: session.id } });
    if (errors) notifyErrors(errors);
    else notifyDone('The session has ended.');
  }
  return (
    <ConfirmButton
      label={`End the session on ${session.device}`}
      title={`End the session on ${session.device}?`}
      question={
        session.isCurrent
          ? 'This is the session you are using. Ending it signs you out.'
          : 'This signs the device out and ends the refresh tokens that grew from the session.'
      }
      isRunning={revoke.isRunning}
      onConfirm={submit}
    >
      End
    </ConfirmButton>
  );
}
