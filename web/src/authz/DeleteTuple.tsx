import { type TupleFieldsFragment, TuplesWriteDocument } from '../gen/graphql';
import { useAction } from '../shared/actions';
import { ConfirmButton } from '../shared/ConfirmButton';
import { notifyDone, notifyErrors } from '../shared/toasts';
import { tupleText } from './parts';
import { keyInput } from './tupleInput';

interface DeleteTupleProps {
  scope: string;
  tuple: TupleFieldsFragment;
  onDone: () => void;
}

export function DeleteTuple({ scope, tuple, onDone }: DeleteTupleProps) {
  const write = useAction(TuplesWriteDocument, (data) => data.tuplesWrite);
  const key = keyInput(tuple);
  const text = tupleText(scope, { ...tuple, text: keyText(tuple) });
  async function submit() {
    const { errors } = await write.run({ input: { deletes: [key], dryRun: false } });
    if (errors) return notifyErrors(errors);
    notifyDone('The tuple is gone.');
    onDone();
  }
  return (
    <ConfirmButton
      label={`Delete ${text}`}
      title="Delete this tuple?"
      question={`${text}: what rests on it alone is lost at once. The changelog keeps that it stood.`}
      isRunning={write.isRunning}
      onConfirm={submit}
    >
      Delete
    </ConfirmButton>
  );
}

function keyText({ entity, relation, subject }: TupleFieldsFragment): string {
  const userset = subject.relation ? `#${subject.relation}` : '';
  return `${entity.type}:${entity.id}#${relation}@${subject.type}:${subject.id}${userset}`;
}
