import { Alert, Button, Group, Modal, PasswordInput, Radio, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { Mail } from 'lucide-react';
import { UserCreateDocument } from '../gen/graphql';
import { useAction, useFormReport, useIdempotencyKey } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { notifyDone } from '../shared/toasts';
import { useViewer } from '../shell/viewer';

export function CreateUser({ onClose }: { onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Create a user" size="lg">
      <CreateUserForm onClose={onClose} />
    </Modal>
  );
}

const EMPTY = {
  email: '',
  name: '',
  username: '',
  emailVerified: false,
  access: 'invite' as 'invite' | 'password' | 'none',
  password: '',
};

function CreateUserForm({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const { server } = useViewer();
  const idempotency = useIdempotencyKey();
  const form = useForm({ initialValues: EMPTY });
  const { rest, report } = useFormReport(form);
  const create = useAction(UserCreateDocument, (data) => data.userCreate);
  const { access } = form.values;

  async function submit(values: typeof EMPTY) {
    const { payload, errors } = await create.run({
      input: {
        email: values.email,
        name: values.name || null,
        username: values.username || null,
        emailVerified: values.emailVerified,
        password: values.access === 'password' ? values.password : null,
        sendInvitation: values.access === 'invite',
        idempotencyKey: idempotency.key,
      },
    });
    idempotency.renew();
    report(errors);
    if (!payload?.user) return;
    notifyDone(`${payload.user.email} was created.`);
    navigate({ to: '/users/$userId', params: { userId: payload.user.id } });
  }

  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack>
        <FormAlert errors={rest} />
        <TextInput
          label="Mail address"
          type="email"
          required
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('email')}
        />
        <Group grow align="flex-start">
          <TextInput label="Name" autoComplete="off" {...form.getInputProps('name')} />
          <TextInput
            label="Username"
            description="Signs in as well as the mail address"
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            autoComplete="off"
            {...form.getInputProps('username')}
          />
        </Group>
        <Radio.Group label="How they first sign in" {...form.getInputProps('access')}>
          <Stack gap="xs" mt="xs">
            <Radio value="invite" label="Send a mail in which they set a password" />
            <Radio value="password" label="Set a password now" />
            <Radio value="none" label="Neither; they can reset the password later" />
          </Stack>
        </Radio.Group>
        {access === 'password' && (
          <PasswordInput
            label="Password"
            required
            autoComplete="new-password"
            description="At least 8 characters; common ones are refused"
            {...form.getInputProps('password')}
          />
        )}
        {access === 'invite' && !server.isMailConfigured && (
          <Alert color="gray" icon={<Mail size={18} />}>
            No mail server is set up, so the invitation will wait in the mail outbox.
          </Alert>
        )}
        <Switch
          label="The address is known to be theirs"
          description="Marks it as verified without a mail"
          {...form.getInputProps('emailVerified', { type: 'checkbox' })}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isRunning}>
            Create user
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
