const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** "3 hours ago", "in 2 days"; "just now" within a minute. */
export function relativeTime(iso: string, now: number): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(wholeUnits(seconds / size), unit);
  }
  return 'just now';
}

/** The past is cut, the future rounded: what ends in 23 h 59 min ends in 24 hours. */
function wholeUnits(units: number): number {
  return units < 0 ? Math.trunc(units) : Math.round(units);
}

export function absoluteTime(iso: string): string {
  return absolute.format(new Date(iso));
}

/** "15 minutes", "14 days": the largest unit that divides the duration evenly. */
export function duration(seconds: number): string {
  for (const [unit, size] of UNITS) {
    if (seconds >= size && seconds % size === 0 && unit !== 'month' && unit !== 'year') {
      return count(seconds / size, unit);
    }
  }
  return count(seconds, 'second');
}

function count(value: number, unit: string): string {
  return `${value.toLocaleString('en')} ${unit}${value === 1 ? '' : 's'}`;
}
