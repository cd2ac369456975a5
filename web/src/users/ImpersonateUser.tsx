import { Button, Group, Input, Modal, SegmentedControl, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useMutation } from 'urql';
import { ImpersonationStartDocument, type UserDetailFieldsFragment } from '../gen/graphql';
import { useFormReport } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { personName } from '../shared/Person';
import { problemOf, reasonOf } from '../shared/problems';
import { DURATIONS, keepReason, proofPath, reasonError, takeReason } from './impersonate';

interface ImpersonateUserProps {
  user: UserDetailFieldsFragment;
  onClose: () => void;
}

export function ImpersonateUser({ user, onClose }: ImpersonateUserProps) {
  const [initialValues] = useState(() => ({ reason: takeReason(), ttlSeconds: '1800' }));
  const form = useForm({ initialValues, validate: { reason: reasonError } });
  const { rest, report } = useFormReport(form);
  const [failed, setFailed] = useState<string[]>([]);
  const [{ fetching }, start] = useMutation(ImpersonationStartDocument);

  async function submit({ reason, ttlSeconds }: typeof initialValues) {
    const input = { userId: user.id, reason: reason.trim(), ttlSeconds: Number(ttlSeconds) };
    const { data, error } = await start({ input });
    if (error && reasonOf(error) === 'factors_step_up_required') {
      keepReason(reason);
      window.location.assign(proofPath(user.id));
      return;
    }
    setFailed(error ? [problemOf(error).message] : []);
    report(data?.impersonationStart.errors ?? null);
    const path = data?.impersonationStart.path;
    if (path) window.location.assign(path);
  }

  return (
    <Modal opened onClose={onClose} title={`Act as ${personName(user)}`}>
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          <FormAlert errors={[...failed, ...rest]} />
          <Text size="sm">
            You see what they see, here and in apps. Everything is recorded under both names; your own session
            goes on afterwards.
          </Text>
          <Textarea
            label="Reason"
            description="Kept in the audit trail"
            required
            autosize
            minRows={2}
            data-autofocus
            {...form.getInputProps('reason')}
          />
          <Input.Wrapper label="For how long at most" labelElement="div">
            <SegmentedControl
              fullWidth
              mt={4}
              aria-label="For how long at most"
              data={[...DURATIONS]}
              {...form.getInputProps('ttlSeconds')}
            />
          </Input.Wrapper>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={fetching}>
              Continue
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
