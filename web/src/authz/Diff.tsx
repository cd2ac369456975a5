import { Text, VisuallyHidden } from '@mantine/core';
import classes from './authz.module.css';
import { diffLines, diffSize } from './diff';

const SIGNS = { added: '+', removed: '−', same: ' ', gap: ' ' } as const;
const WORDS = { added: 'added', removed: 'removed', same: '', gap: '' } as const;

/** A unified difference, with the numbers of the lines on both sides. */
export function Diff({ diff, label }: { diff: string; label: string }) {
  const lines = diffLines(diff);
  if (lines.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing that counts is different.
      </Text>
    );
  const { added, removed } = diffSize(lines);
  return (
    <>
      <Text size="xs" c="dimmed" mb={6}>
        <span className={classes.gained}>+{added}</span> <span className={classes.lost}>−{removed}</span>{' '}
        lines
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.diff} tabIndex={0} aria-label={label}>
        <table>
          <tbody>
            {lines.map(({ kind, text, before, after }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name, and never move
              <tr key={index} data-kind={kind}>
                <td className={classes.number}>{before}</td>
                <td className={classes.number}>{after}</td>
                <td>
                  <span aria-hidden>{SIGNS[kind]} </span>
                  <VisuallyHidden>{WORDS[kind]} </VisuallyHidden>
                  {text}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
