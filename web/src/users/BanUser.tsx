import { Button, Group, Input, SegmentedControl, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { UserBanDocument, type UserDetailFieldsFragment } from '../gen/graphql';
import { useAction, useFormReport } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { personName } from '../shared/Person';
import { notifyDone } from '../shared/toasts';
import { BAN_LENGTHS, banEnd, banEndError } from './ban';

interface BanUserProps {
  user: UserDetailFieldsFragment;
  onClose: () => void;
}

const INITIAL = { reason: '', length: '', until: '' };

export function BanUser({ user, onClose }: BanUserProps) {
  const form = useForm({
    initialValues: INITIAL,
    validate: { until: (until, values) => banEndError(values.length, until, Date.now()) },
  });
  const { rest, report } = useFormReport(form);
  const ban = useAction(UserBanDocument, (data) => data.userBan);

  async function submit({ reason, length, until }: typeof INITIAL) {
    const end = banEnd(length, until, Date.now());
    const { payload, errors } = await ban.run({
      input: { id: user.id, reason: reason.trim() || null, until: end },
    });
    report(errors);
    if (!payload) return;
    notifyDone(`${personName(user)} is banned.`);
    onClose();
  }

  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack>
        <FormAlert errors={rest} />
        <Text size="sm">Every session and refresh token of theirs ends at once.</Text>
        <Textarea
          label="Reason"
          description="Kept in the audit trail; operators see it"
          autosize
          minRows={2}
          data-autofocus
          {...form.getInputProps('reason')}
        />
        <Input.Wrapper label="For how long" labelElement="div">
          <SegmentedControl
            fullWidth
            mt={4}
            aria-label="For how long"
            data={[...BAN_LENGTHS]}
            {...form.getInputProps('length')}
          />
        </Input.Wrapper>
        {form.values.length === 'date' && (
          <TextInput type="datetime-local" label="Ends at" required {...form.getInputProps('until')} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red" loading={ban.isRunning}>
            Ban
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
