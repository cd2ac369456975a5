import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { ModelSaveDocument, type ModelSaveInput } from '../gen/graphql';
import { useAction, useFormReport } from '../shared/actions';
import { FormAlert } from '../shared/FormAlert';
import { notifyDone } from '../shared/toasts';

interface SaveModelProps {
  input: Omit<ModelSaveInput, 'dryRun' | 'note'>;
  onSaved: () => void;
  onClose: () => void;
}

export function SaveModel({ input, onSaved, onClose }: SaveModelProps) {
  const form = useForm({ initialValues: { note: '' } });
  const { rest, report } = useFormReport(form);
  const save = useAction(ModelSaveDocument, (data) => data.modelSave);

  async function submit({ note }: { note: string }) {
    const { payload, errors } = await save.run({
      input: { ...input, note: note.trim() || null, dryRun: false },
    });
    report(errors);
    if (!payload?.model) return;
    notifyDone(`Version ${payload.model.version} is in force.`);
    onSaved();
    onClose();
  }

  return (
    <Modal opened onClose={onClose} title="Save a new version">
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          <FormAlert errors={rest} />
          <Text size="sm">
            It is in force at once. Versions are kept, so an earlier one can be brought back.
          </Text>
          <TextInput
            label="Note"
            description="What changed, for whoever reads the versions"
            maxLength={1000}
            data-autofocus
            {...form.getInputProps('note')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isRunning}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
