import {
  Button,
  Group,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
  UnstyledButton,
} from '@mantine/core';
import { Check, ChevronRight, Plus, X } from 'lucide-react';
import { useRef, useState } from 'react';
import shared from '../shared/shared.module.css';
import { type DraftErrors, freeName, nextKey, pretty, type SampleDraft } from './draft';
import classes from './policies.module.css';
import { sampleText, type Trial } from './verdicts';

type Results = Trial['samples'];

interface SamplesProps {
  samples: readonly SampleDraft[];
  /** What a trial came to, in the order of the samples; null before one. */
  results: Results | null;
  errors: DraftErrors;
  onChange: (samples: readonly SampleDraft[]) => void;
}

/** Contexts whose verdict the author knows. */
export function Samples({ samples, results, errors, onChange }: SamplesProps) {
  const [openKey, setOpenKey] = useState<number | null>(null);
  const addButton = useRef<HTMLButtonElement>(null);
  const replace = (key: number, changes: Partial<SampleDraft>) =>
    onChange(samples.map((each) => (each.key === key ? { ...each, ...changes } : each)));

  function add() {
    const key = nextKey(samples);
    const context = pretty({ resource: { amount: 100 }, subject: { type: 'user', id: 'usr_ada' } });
    onChange([...samples, { key, name: freeName(samples), context, isAllowed: true }]);
    setOpenKey(key);
  }

  return (
    <section className={`${shared.surface} ${shared.card}`} aria-label="Samples" style={{ marginTop: 16 }}>
      <Group justify="space-between" mb={4}>
        <Title order={3} size="1rem">
          Samples
        </Title>
        <Button ref={addButton} size="xs" variant="default" leftSection={<Plus size={14} />} onClick={add}>
          Add sample
        </Button>
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        Contexts whose verdict you know. Every save runs them, and is refused when one comes out otherwise.
      </Text>
      {errors.samples && (
        <Text size="sm" role="alert" className={classes.fails}>
          {errors.samples}
        </Text>
      )}
      <ul className={classes.samples}>
        {samples.map((sample, index) => (
          <Sample
            key={sample.key}
            sample={sample}
            result={results?.[index] ?? null}
            errors={{
              whole: errors[`samples.${index}`],
              name: errors[`samples.${index}.name`],
              context: errors[`samples.${index}.context`],
            }}
            isOpen={openKey === sample.key}
            onOpen={(isOpen) => setOpenKey(isOpen ? sample.key : null)}
            onChange={(changes) => replace(sample.key, changes)}
            onRemove={() => {
              onChange(samples.filter(({ key }) => key !== sample.key));
              addButton.current?.focus();
            }}
          />
        ))}
      </ul>
    </section>
  );
}

interface SampleProps {
  sample: SampleDraft;
  result: Results[number] | null;
  errors: { whole: string | undefined; name: string | undefined; context: string | undefined };
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  onChange: (changes: Partial<SampleDraft>) => void;
  onRemove: () => void;
}

function Sample({ sample, result, errors, isOpen, onOpen, onChange, onRemove }: SampleProps) {
  const { name, context, isAllowed } = sample;
  const isShown = isOpen || errors.name !== undefined || errors.context !== undefined;
  const Icon = result?.holds ? Check : X;
  return (
    <li className={classes.sample}>
      <UnstyledButton className={classes.sampleHead} aria-expanded={isShown} onClick={() => onOpen(!isShown)}>
        <ChevronRight size={16} className={classes.chevron} data-open={isShown || undefined} aria-hidden />
        <span className={classes.sampleName}>{name || 'without a name'}</span>
        <Text span size="xs" c="dimmed" flex="none">
          {isAllowed ? 'allowed' : 'denied'}
        </Text>
        {result && (
          <Icon
            size={16}
            className={result.holds ? classes.holds : classes.fails}
            aria-label={result.holds ? 'as expected' : 'not as expected'}
          />
        )}
      </UnstyledButton>
      {errors.whole && !result && (
        <Text size="xs" pb={8} role="alert" className={classes.fails}>
          {errors.whole}
        </Text>
      )}
      {result && !result.holds && (
        <Text size="xs" pb={8} className={classes.fails}>
          {sampleText(result)}
        </Text>
      )}
      {isShown && (
        <Stack gap="sm" className={classes.sampleBody}>
          <TextInput
            label="Name"
            maxLength={100}
            autoComplete="off"
            value={name}
            error={errors.name}
            onChange={(event) => onChange({ name: event.currentTarget.value })}
          />
          <Textarea
            label="Context"
            autosize
            minRows={3}
            maxRows={14}
            spellCheck={false}
            className={classes.code}
            value={context}
            error={errors.context}
            onChange={(event) => onChange({ context: event.currentTarget.value })}
          />
          <Group justify="space-between">
            <SegmentedControl
              size="xs"
              aria-label="Expected"
              value={isAllowed ? 'ALLOWED' : 'DENIED'}
              onChange={(value) => onChange({ isAllowed: value === 'ALLOWED' })}
              data={[
                { value: 'ALLOWED', label: 'Allowed' },
                { value: 'DENIED', label: 'Denied' },
              ]}
            />
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              aria-label={`Remove the sample ${name}`}
              onClick={onRemove}
            >
              Remove
            </Button>
          </Group>
        </Stack>
      )}
    </li>
  );
}
