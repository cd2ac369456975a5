/**
 * What an edit form sends: fields that differ from before; an emptied text is null (cleared), an
 * untouched one is absent (unchanged).
 */
export function changes<T extends object>(before: T, after: T): { [K in keyof T]?: T[K] | null } {
  const result: { [K in keyof T]?: T[K] | null } = {};
  for (const key of Object.keys(after) as (keyof T)[]) {
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) {
      result[key] = after[key] === '' ? null : after[key];
    }
  }
  return result;
}

/** Texts without surrounding blanks; empty ones are left out. */
export function filled(values: readonly string[]): string[] {
  return values.map((value) => value.trim()).filter((value) => value !== '');
}
