const DAY = 86_400;
const HOUR = 3_600;

/** How long a deleted account can be had back, in words; null when it cannot. */
export function graceText(seconds: number): string | null {
  if (seconds <= 0) return null;
  const [count, unit] = seconds >= DAY ? [seconds / DAY, 'day'] : [Math.max(1, seconds / HOUR), 'hour'];
  const whole = Math.round(count);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}

/** The parts of a merge in words, those of which there is something. */
export function mergeTexts(parts: readonly { name: string; moved: number; dropped: number }[]): string[] {
  return parts
    .filter((part) => part.moved + part.dropped > 0)
    .map(({ name, moved, dropped }) => {
      const told = `${name.replaceAll('_', ' ')}: ${moved} ${moved === 1 ? 'moves' : 'move'}`;
      return dropped > 0 ? `${told}, ${dropped} not needed` : told;
    });
}
