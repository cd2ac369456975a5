import { Skeleton, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import type { CombinedError } from 'urql';
import { ProblemPanel } from './ProblemPanel';
import classes from './shared.module.css';

export interface Column<Row, Sort extends string = never> {
  key: string;
  header: string;
  render: (row: Row) => ReactNode;
  /** How the list is sorted by this column: upwards, downwards. */
  sort?: readonly [Sort, Sort];
  width?: number | string;
  /** For screen readers only. */
  isHeaderHidden?: boolean;
  visibleFrom?: 'xs' | 'sm' | 'md' | 'lg' | 'xl';
}

interface DataTableProps<Row, Sort extends string> {
  label: string;
  columns: readonly Column<Row, Sort>[];
  rows: readonly Row[] | undefined;
  isFetching: boolean;
  error?: CombinedError | undefined;
  onRetry?: () => void;
  empty: ReactNode;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  /** What unfolds under a row; null for nothing. */
  renderBelow?: (row: Row) => ReactNode;
}

/** A list in its four states: loading, failed, empty, filled. */
export function DataTable<Row extends { id: string }, Sort extends string = never>(
  props: DataTableProps<Row, Sort>,
) {
  const { label, columns, rows, isFetching, error, onRetry, empty } = props;
  if (error && !isFetching) return <ProblemPanel error={error} onRetry={onRetry} />;
  if (rows?.length === 0) return <div className={classes.surface}>{empty}</div>;
  return (
    <div className={classes.surface}>
      <div className={classes.scroll}>
        <table
          className={classes.table}
          aria-label={label}
          aria-busy={isFetching}
          data-stale={(isFetching && rows && rows.length > 0) || undefined}
        >
          <thead>
            <tr>
              {columns.map((column) => (
                <HeaderCell key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows ? (
              <Rows columns={columns} rows={rows} renderBelow={props.renderBelow} />
            ) : (
              <LoadingRows columns={columns} />
            )}
          </tbody>
        </table>
      </div>
    </div>
  );
}

interface HeaderCellProps<Row, Sort extends string> {
  column: Column<Row, Sort>;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
}

function HeaderCell<Row, Sort extends string>({ column, sort, onSort }: HeaderCellProps<Row, Sort>) {
  const { header, width, visibleFrom } = column;
  if (!column.sort || !onSort) {
    return (
      <th scope="col" style={{ width }} className={shownFrom(visibleFrom)}>
        {column.isHeaderHidden ? <VisuallyHidden>{header}</VisuallyHidden> : header}
      </th>
    );
  }
  const [up, down] = column.sort;
  const Icon = sort === up ? ArrowUp : sort === down ? ArrowDown : ChevronsUpDown;
  const direction = sort === up ? 'ascending' : sort === down ? 'descending' : 'none';
  return (
    <th scope="col" style={{ width }} className={shownFrom(visibleFrom)} aria-sort={direction}>
      <UnstyledButton className={classes.sort} onClick={() => onSort(sort === up ? down : up)}>
        {header}
        <Icon size={14} aria-hidden />
      </UnstyledButton>
    </th>
  );
}

interface RowsProps<Row, Sort extends string> {
  columns: readonly Column<Row, Sort>[];
  rows: readonly Row[];
  renderBelow: ((row: Row) => ReactNode) | undefined;
}

function Rows<Row extends { id: string }, Sort extends string>({
  columns,
  rows,
  renderBelow,
}: RowsProps<Row, Sort>) {
  return rows.map((row) => {
    const below = renderBelow?.(row);
    return (
      <Fragment key={row.id}>
        <tr>
          {columns.map((column) => (
            <td key={column.key} className={shownFrom(column.visibleFrom)}>
              {column.render(row)}
            </td>
          ))}
        </tr>
        {below && (
          <tr className={classes.below}>
            <td colSpan={columns.length}>{below}</td>
          </tr>
        )}
      </Fragment>
    );
  });
}

/** Mantine's class for what only wider windows show. */
function shownFrom(breakpoint: string | undefined): string | undefined {
  return breakpoint && `mantine-visible-from-${breakpoint}`;
}

const LOADING_ROWS = ['a', 'b', 'c', 'd', 'e', 'f'];

function LoadingRows<Row, Sort extends string>({ columns }: { columns: readonly Column<Row, Sort>[] }) {
  return LOADING_ROWS.map((name) => (
    <tr key={name}>
      {columns.map((column, index) => (
        <td key={column.key} className={shownFrom(column.visibleFrom)}>
          <Skeleton h={index === 0 ? 32 : 14} w={index === 0 ? '80%' : '60%'} />
        </td>
      ))}
    </tr>
  ));
}
