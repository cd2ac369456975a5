import type { PageSearch } from './paging';

/** What a URL's query holds before it is checked. */
export type RawSearch = Record<string, unknown>;

export function text(raw: RawSearch, key: string): string | undefined {
  const value = raw[key];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function oneOf<T extends string>(raw: RawSearch, key: string, allowed: readonly T[]): T | undefined {
  return allowed.find((value) => value === raw[key]);
}

export function flag(raw: RawSearch, key: string): boolean | undefined {
  return raw[key] === true || raw[key] === false ? raw[key] : undefined;
}

/** A flag as the value of a select that also offers "any". */
export function triState(value: boolean | undefined): string {
  return value === undefined ? '' : String(value);
}

export function fromTriState(value: string): boolean | undefined {
  return value === '' ? undefined : value === 'true';
}

export function paging(raw: RawSearch): PageSearch {
  return { after: text(raw, 'after'), before: text(raw, 'before') };
}
