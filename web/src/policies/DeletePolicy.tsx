import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { PolicyDeleteDocument, type PolicyDetailFieldsFragment } from '../gen/graphql';
import { useAction } from '../shared/actions';
import shared from '../shared/shared.module.css';
import { TypedDelete } from '../shared/TypedDelete';
import { notifyDone } from '../shared/toasts';
import { usageText } from './verdicts';

interface DeletePolicyProps {
  policy: PolicyDetailFieldsFragment;
  /** Something refers to it by now. */
  onRefused: () => void;
  onDeleted: () => void;
  onClose: () => void;
}

export function DeletePolicy(props: DeletePolicyProps) {
  const { policy, onRefused, onDeleted, onClose } = props;
  const [failed, setFailed] = useState<string[]>([]);
  const action = useAction(PolicyDeleteDocument, (data) => data.policyDelete);
  async function submit() {
    const { errors } = await action.run({ input: { id: policy.id } });
    if (errors) {
      setFailed(errors.map((error) => error.message));
      return onRefused();
    }
    notifyDone('The policy is deleted.');
    onDeleted();
  }
  if (usageText(policy.usage)) return <InUse policy={policy} onClose={onClose} />;
  return (
    <TypedDelete
      title={`Delete ${policy.name}`}
      phrase={policy.name}
      isRunning={action.isRunning}
      errors={failed}
      onDelete={submit}
      onClose={onClose}
    >
      Its versions, its samples and what it has said go with it.
    </TypedDelete>
  );
}

function InUse({ policy, onClose }: Pick<DeletePolicyProps, 'policy' | 'onClose'>) {
  const { permissions, tuples, names } = policy.usage;
  return (
    <Modal opened onClose={onClose} title={`${policy.name} is in use`}>
      <Stack>
        <Text size="sm">
          {usageText(policy.usage)} {permissions + tuples === 1 ? 'asks' : 'ask'} it. Without it nobody would
          be allowed what it guards, so it cannot be deleted as long as that is so.
        </Text>
        {names.length > 0 && (
          <List size="sm">
            {names.map((name) => (
              <List.Item key={name} className={shared.mono}>
                {name}
              </List.Item>
            ))}
            {permissions > names.length && <List.Item>and {permissions - names.length} more</List.Item>}
          </List>
        )}
        <Text size="sm" c="dimmed">
          {remedy(permissions, tuples)}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Close
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function remedy(permissions: number, tuples: number): string {
  const model = 'take it out of the model';
  const rows = 'write the tuples anew without it';
  const both = permissions > 0 && tuples > 0 ? `${model} and ${rows}` : permissions > 0 ? model : rows;
  return `First ${both}.`;
}
