import type { CombinedError } from 'urql';
import type { UserErrorFieldsFragment } from '../gen/graphql';

/** Something that a person can mend in a form. */
export type UserProblem = Omit<UserErrorFieldsFragment, 'reason'>;

/** A failure that a person cannot mend in a form. */
export interface Problem {
  code: string;
  message: string;
  requestId: string | null;
}

function extension(error: CombinedError, name: string): string | null {
  const value = error.graphQLErrors[0]?.extensions?.[name];
  return typeof value === 'string' ? value : null;
}

/** The stable code of a top-level error; NETWORK when the server did not answer. */
export function codeOf(error: CombinedError): string {
  return extension(error, 'code') ?? (error.networkError ? 'NETWORK' : 'INTERNAL');
}

/** The stable reason of a top-level error, such as `factors_step_up_required`. */
export function reasonOf(error: CombinedError): string | null {
  return extension(error, 'reason');
}

export function problemOf(error: CombinedError): Problem {
  const code = codeOf(error);
  const message =
    code === 'NETWORK'
      ? 'The server did not answer. Check that it is running and that you are online.'
      : (error.graphQLErrors[0]?.message ?? 'Something went wrong on the server.');
  return { code, message, requestId: extension(error, 'requestId') };
}

/** Errors of a payload, sorted by the form field they belong to; the rest concern the whole form. */
export interface FormErrors {
  fields: Record<string, string>;
  rest: string[];
}

/**
 * Ties each error to the deepest field that the form knows. `["input", "redirectUris", "1"]` becomes
 * `redirectUris.1` if the form has that field, else `redirectUris`, else an error of the whole form.
 */
export function formErrors(errors: readonly UserProblem[], known: readonly string[]): FormErrors {
  const result: FormErrors = { fields: {}, rest: [] };
  for (const error of errors) {
    const field = deepestKnown(error.field, known);
    if (field === null) result.rest.push(error.message);
    else result.fields[field] = join(result.fields[field], error.message);
  }
  return result;
}

function deepestKnown(path: readonly string[], known: readonly string[]): string | null {
  const parts = path[0] === 'input' ? path.slice(1) : [...path];
  for (let length = parts.length; length > 0; length--) {
    const candidate = parts.slice(0, length).join('.');
    if (known.includes(candidate)) return candidate;
  }
  return null;
}

function join(before: string | undefined, message: string): string {
  return before ? `${before} ${message}` : message;
}
