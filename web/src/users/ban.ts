export const BAN_LENGTHS = [
  { value: '1', label: 'A day' },
  { value: '7', label: 'A week' },
  { value: '30', label: '30 days' },
  { value: 'date', label: 'Until…' },
  { value: '', label: 'No end' },
] as const;

const DAY_MS = 86_400_000;

/** When a ban ends: null for never. `date` is the value of a datetime-local input, in local time. */
export function banEnd(length: string, date: string, now: number): string | null {
  if (length === '') return null;
  if (length === 'date') return date === '' ? null : new Date(date).toISOString();
  return new Date(now + Number(length) * DAY_MS).toISOString();
}

/** The message for an end that is missing or past; null when it will do. */
export function banEndError(length: string, date: string, now: number): string | null {
  if (length !== 'date') return null;
  if (date === '') return 'Choose when the ban ends.';
  return new Date(date).getTime() > now ? null : 'This moment has passed.';
}
