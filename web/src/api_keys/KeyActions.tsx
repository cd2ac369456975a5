import { Button, Group } from '@mantine/core';
import { ApiKeyDisableDocument, ApiKeyEnableDocument, type ApiKeyRowFieldsFragment } from '../gen/graphql';
import { useAction } from '../shared/actions';
import { notifyDone, notifyErrors } from '../shared/toasts';
import { useCan } from '../shell/viewer';

interface KeyActionsProps {
  apiKey: ApiKeyRowFieldsFragment;
  onDialog: (dialog: 'rotate' | 'delete', keyId: string) => void;
}

/** What can be done to a key; the server decides for those that are one's own. */
export function KeyActions({ apiKey, onDialog }: KeyActionsProps) {
  const can = useCan();
  return (
    <Group gap={6} wrap="nowrap" justify="flex-end">
      <Switch apiKey={apiKey} />
      <Act label={`Rotate ${apiKey.name}`} onClick={() => onDialog('rotate', apiKey.id)}>
        Rotate
      </Act>
      {can.apiKeysRevoke && (
        <Act label={`Delete ${apiKey.name}`} onClick={() => onDialog('delete', apiKey.id)}>
          Delete
        </Act>
      )}
    </Group>
  );
}

function Switch({ apiKey }: { apiKey: ApiKeyRowFieldsFragment }) {
  const disable = useAction(ApiKeyDisableDocument, (data) => data.apiKeyDisable);
  const enable = useAction(ApiKeyEnableDocument, (data) => data.apiKeyEnable);
  async function submit() {
    const { errors } = await (apiKey.isEnabled ? disable : enable).run({ input: { id: apiKey.id } });
    if (errors) notifyErrors(errors);
    else notifyDone(`${apiKey.name} is ${apiKey.isEnabled ? 'disabled' : 'enabled'}.`);
  }
  const verb = apiKey.isEnabled ? 'Disable' : 'Enable';
  return (
    <Act label={`${verb} ${apiKey.name}`} onClick={submit} isRunning={disable.isRunning || enable.isRunning}>
      {verb}
    </Act>
  );
}

interface ActProps {
  label: string;
  onClick: () => void;
  isRunning?: boolean;
  children: string;
}

function Act({ label, onClick, isRunning = false, children }: ActProps) {
  return (
    <Button size="compact-sm" variant="default" aria-label={label} onClick={onClick} loading={isRunning}>
      {children}
    </Button>
  );
}
