import { Button, Group, JsonInput, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { ChevronDown, ChevronRight } from 'lucide-react';
import type { CheckInput } from '../gen/graphql';
import shared from '../shared/shared.module.css';
import type { FullName } from './names';
import { checkInput, firstAction, type Question, questionErrors, questionOf } from './question';
import { SubjectIdInput } from './SubjectIdInput';
import type { ScopeSearch } from './search';
import { actionGroups, type KnownType, subjectChoices } from './types';

type QuestionForm = UseFormReturnType<Question, Question, typeof questionErrors>;

interface CheckFormProps {
  types: readonly KnownType[];
  fullName: FullName;
  search: ScopeSearch;
  isRunning: boolean;
  onAsk: (input: CheckInput, question: Question) => void;
}

export function CheckForm({ types, fullName, search, isRunning, onAsk }: CheckFormProps) {
  const form = useForm<Question>({ initialValues: questionOf(search, types), validate: questionErrors });
  const { values } = form;
  const known = types.find(({ type }) => type === values.type);
  return (
    <form
      className={`${shared.surface} ${shared.card}`}
      aria-label="Question"
      onSubmit={form.onSubmit((question) => onAsk(checkInput(question, fullName), question))}
    >
      <Stack gap="sm">
        <Group gap="sm" align="flex-start" wrap="nowrap">
          <NativeSelect
            label="Who"
            w={120}
            flex="none"
            data={withChosen(subjectChoices(types), values.subjectType)}
            value={values.subjectType}
            onChange={({ currentTarget }) =>
              form.setValues({ subjectType: currentTarget.value, subjectId: '', subjectRelation: '' })
            }
          />
          <div style={{ flex: 1, minWidth: 0 }}>
            <SubjectIdInput
              key={values.subjectType}
              type={values.subjectType}
              label="Which"
              value={values.subjectId}
              error={form.errors.subjectId}
              onChange={(id) => form.setFieldValue('subjectId', id)}
            />
          </div>
        </Group>
        {values.subjectType !== 'user' && (
          <TextInput
            label="Everybody who is its"
            placeholder="member"
            description="Leave it empty to ask about the thing itself"
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            autoComplete="off"
            {...form.getInputProps('subjectRelation')}
          />
        )}
        <NativeSelect label="May" data={actionData(known, values.action)} {...form.getInputProps('action')} />
        <Group gap="sm" align="flex-start" wrap="nowrap">
          <NativeSelect
            label="On"
            w={120}
            flex="none"
            data={withChosen(
              types.map(({ name, type }) => ({ value: type, label: name })),
              values.type,
            )}
            value={values.type}
            onChange={({ currentTarget: { value } }) =>
              form.setValues({ type: value, action: firstAction(types, value) })
            }
          />
          <TextInput label="Id" required autoComplete="off" flex={1} {...form.getInputProps('entityId')} />
        </Group>
        <More form={form} />
        <Button type="submit" loading={isRunning} mt="xs">
          Check
        </Button>
      </Stack>
    </form>
  );
}

function More({ form }: { form: QuestionForm }) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const Icon = isOpen ? ChevronDown : ChevronRight;
  const isShown = isOpen || form.errors.context !== undefined || form.errors.whatIf !== undefined;
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        w="fit-content"
        leftSection={<Icon size={14} />}
        aria-expanded={isShown}
        onClick={toggle}
      >
        Context and what if
      </Button>
      {isShown && (
        <>
          <JsonInput
            label="Context"
            description="Attributes of the resource and parameters of conditions, a JSON object"
            placeholder='{"hour": 9}'
            autosize
            minRows={2}
            {...form.getInputProps('context')}
          />
          <Textarea
            label="What if these tuples stood too?"
            description="One a line; they count for this question only"
            placeholder="document:1#viewer@user:anne"
            autosize
            minRows={2}
            {...form.getInputProps('whatIf')}
          />
        </>
      )}
    </>
  );
}

function actionData(type: KnownType | undefined, chosen: string) {
  const groups = actionGroups(type);
  const isKnown = chosen === '' || groups.some(({ items }) => items.includes(chosen));
  return isKnown ? groups : [...groups, { group: 'Unknown to the model', items: [chosen] }];
}

interface Choice {
  value: string;
  label: string;
}

function withChosen(choices: Choice[], chosen: string): Choice[] {
  const isKnown = chosen === '' || choices.some(({ value }) => value === chosen);
  return isKnown ? choices : [...choices, { value: chosen, label: chosen }];
}
