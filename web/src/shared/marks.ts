/** Something to be said of a place in a text. Lines and columns count from 1. */
export interface Mark {
  line: number | null;
  column: number | null;
  message: string;
  hint: string | null;
  isWarning: boolean;
}

/** Where the cursor is to go; a new object goes there again. */
export interface Place {
  line: number;
  column: number;
}

/** Where a problem is marked: the word at its column (from 1), at least one character. */
export function markedRange(line: { from: number; text: string }, column: number | null): [number, number] {
  if (column === null) return [line.from, line.from + line.text.length];
  const start = Math.min(Math.max(column - 1, 0), line.text.length);
  const length = /^[\w.-]+/.exec(line.text.slice(start))?.[0].length ?? 1;
  return [line.from + start, line.from + Math.min(start + length, line.text.length)];
}
