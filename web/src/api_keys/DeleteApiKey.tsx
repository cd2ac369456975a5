import { useState } from 'react';
import { ApiKeyDeleteDocument, type ApiKeyRowFieldsFragment } from '../gen/graphql';
import { useAction } from '../shared/actions';
import { TypedDelete } from '../shared/TypedDelete';
import { notifyDone } from '../shared/toasts';

interface DeleteApiKeyProps {
  apiKey: ApiKeyRowFieldsFragment;
  onClose: () => void;
}

export function DeleteApiKey({ apiKey, onClose }: DeleteApiKeyProps) {
  const [failed, setFailed] = useState<string[]>([]);
  const erase = useAction(ApiKeyDeleteDocument, (data) => data.apiKeyDelete);
  async function submit() {
    const { errors } = await erase.run({ input: { id: apiKey.id } });
    if (errors) return setFailed(errors.map((error) => error.message));
    notifyDone(`${apiKey.name} was deleted.`);
    onClose();
  }
  return (
    <TypedDelete
      title={`Delete ${apiKey.name}`}
      phrase={apiKey.name}
      isRunning={erase.isRunning}
      errors={failed}
      onDelete={submit}
      onClose={onClose}
    >
      The key and its tokens stop working, and what it was granted is gone. This cannot be undone.
    </TypedDelete>
  );
}
