/** One value that an event changed; undefined where it was absent. */
export interface Change {
  path: string;
  before: unknown;
  after: unknown;
}

type JsonObject = { [key: string]: unknown };

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The leaves that differ, objects walked through, lists taken as a whole, in the order of their keys. */
export function difference(before: unknown, after: unknown, path = ''): Change[] {
  if (isObject(before) || isObject(after)) {
    const left = isObject(before) ? before : {};
    const right = isObject(after) ? after : {};
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
    return keys.flatMap((key) => difference(left[key], right[key], path ? `${path}.${key}` : key));
  }
  return isSame(before ?? null, after ?? null) ? [] : [{ path, before, after }];
}

/** A JSON value on one line; a text without its quotes. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return '—';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
