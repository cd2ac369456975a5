import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ClientDeleteDocument, type ClientDetailFieldsFragment } from '../gen/graphql';
import { useAction } from '../shared/actions';
import { TypedDelete } from '../shared/TypedDelete';
import { notifyDone } from '../shared/toasts';

interface DeleteClientProps {
  client: ClientDetailFieldsFragment;
  onClose: () => void;
}

export function DeleteClient({ client, onClose }: DeleteClientProps) {
  const navigate = useNavigate();
  const [failed, setFailed] = useState<string[]>([]);
  const erase = useAction(ClientDeleteDocument, (data) => data.clientDelete);
  async function submit() {
    const { errors } = await erase.run({ input: { id: client.id } });
    if (errors) return setFailed(errors.map((error) => error.message));
    notifyDone(`${client.name} was deleted.`);
    navigate({ to: '/clients' });
  }
  return (
    <TypedDelete
      title={`Delete ${client.name}`}
      phrase={client.name}
      isRunning={erase.isRunning}
      errors={failed}
      onDelete={submit}
      onClose={onClose}
    >
      Nobody can sign in to the app any more, and its tokens cannot be refreshed. This cannot be undone.
    </TypedDelete>
  );
}
