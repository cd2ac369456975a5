import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { UseFormReturnType } from '@mantine/form';
import { useState } from 'react';
import { type AnyVariables, type CombinedError, useMutation } from 'urql';
import { formErrors, problemOf, type UserProblem } from './problems';

interface Payload {
  errors: readonly UserProblem[];
}

/** What a mutation came to: its payload, or the errors to show. */
export type Outcome<P> = { payload: P; errors: null } | { payload: null; errors: readonly UserProblem[] };

function asUserError(error: CombinedError | undefined): UserProblem {
  if (!error) return { code: 'INVALID', message: 'The server sent no answer.', field: [] };
  const { message, requestId } = problemOf(error);
  return { code: 'INVALID', message: requestId ? `${message} (request ${requestId})` : message, field: [] };
}

/** Runs a mutation and folds payload errors and top-level errors into one list. */
export function useAction<D, V extends AnyVariables, P extends Payload>(
  document: TypedDocumentNode<D, V>,
  pick: (data: D) => P,
) {
  const [{ fetching }, execute] = useMutation(document);
  async function run(variables: V): Promise<Outcome<P>> {
    const { data, error } = await execute(variables);
    if (error || !data) return { payload: null, errors: [asUserError(error)] };
    const payload = pick(data);
    return payload.errors.length > 0 ? { payload: null, errors: payload.errors } : { payload, errors: null };
  }
  return { run, isRunning: fetching };
}

/** Every path of a form's values that an input may carry: `name`, `redirectUris`, `redirectUris.0`. */
export function formPaths(values: object): string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    Array.isArray(value) ? [key, ...value.map((_, index) => `${key}.${index}`)] : [key],
  );
}

/** Puts the errors of an answer at the form's inputs and keeps the rest for an alert above them. */
export function useFormReport<T extends object>(form: UseFormReturnType<T>) {
  const [rest, setRest] = useState<string[]>([]);
  function report(errors: readonly UserProblem[] | null) {
    const sorted = formErrors(errors ?? [], formPaths(form.getValues()));
    form.setErrors(sorted.fields);
    setRest(sorted.rest);
  }
  return { rest, report };
}

/** A key for creates that stays the same while one and the same request is sent again. */
export function useIdempotencyKey() {
  const [key, setKey] = useState(() => crypto.randomUUID());
  return { key, renew: () => setKey(crypto.randomUUID()) };
}
