import {
  flexRender,
  getCoreRowModel,
  useReactTable,
  type ColumnDef,
  type Row,
  type RowData,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useEffect,
  useMemo,
  useRef,
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
import { Checkbox } from './Field';
import { Icon } from './Icon';
import styles from './Table.module.css';

declare module '@tanstack/react-table' {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  interface ColumnMeta<TData extends RowData, TValue> {
    width?: string; // a grid track: '8rem', 'minmax(10rem, 2fr)'
    align?: 'end';
    sort?: string; // the name to sort by; a column without one does not sort
    title?: string; // for screen readers, when the header is no text
  }
}

export interface TableSort {
  by: string;
  descending: boolean;
}

export interface TableProps<T> {
  label: string;
  columns: ColumnDef<T>[];
  rows: readonly T[]; // already filtered and sorted
  rowId: (row: T) => string;
  rowLabel?: (row: T) => string; // names a row's checkbox
  total?: number; // of all rows, when more are to be loaded
  onEnd?: () => void; // the last row came into view
  sort?: TableSort;
  onSort?: (sort: TableSort) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (selected: Set<string>) => void;
  onOpen?: (row: T) => void; // Enter on a row, or a click outside of its links and boxes
  rowClass?: (row: T) => string | undefined;
  rowHeight?: number; // in rem
  empty?: ReactNode;
}

const OVERSCAN = 12;
const DEFAULT_ROW_REMS = 2.5; // --row-height
const DEFAULT_TRACK = 'minmax(7rem, 1fr)';

// A table that draws only the rows in view; it fills its parent's height and scrolls by itself.
// The arrow keys move between rows.
export function Table<T>(props: TableProps<T>) {
  const { columns, rows, rowId, onSelect, selected, empty } = props;
  const table = useReactTable<T>({
    data: rows as T[],
    columns,
    getRowId: (row) => rowId(row),
    getCoreRowModel: getCoreRowModel(),
    manualSorting: true,
  });
  const scroller = useRef<HTMLDivElement>(null);
  const all = table.getRowModel().rows;
  const rowHeight = useMemo(() => rowPixels(props.rowHeight), [props.rowHeight]);
  const virtualizer = useVirtualizer({
    count: all.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    getItemKey: (index) => all[index]?.id ?? index,
    onChange: ({ range }) => {
      if (range && all.length > 0 && range.endIndex >= all.length - OVERSCAN) props.onEnd?.();
    },
  });
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);

  const tracks = table.getVisibleLeafColumns().map(({ columnDef }) => {
    return columnDef.meta?.width ?? DEFAULT_TRACK;
  });
  if (onSelect) tracks.unshift('2.4rem');
  const grid = {
    '--tracks': tracks.join(' '),
    ...(props.rowHeight && { '--row-height': `${props.rowHeight}rem` }),
  } as CSSProperties;

  const moveFocus = (event: KeyboardEvent) => {
    const index = Number((event.target as HTMLElement).dataset.row ?? NaN);
    const next = nextRow(event.key, index, all.length, scroller.current, rowHeight);
    if (next === undefined) return;
    event.preventDefault();
    virtualizer.scrollToIndex(next);
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus();
    });
  };

  return (
    <div ref={scroller} className={styles.scroller} tabIndex={-1}>
      <div
        role="table"
        aria-label={props.label}
        aria-rowcount={(props.total ?? all.length) + 1}
        className={styles.table}
        style={grid}
        onKeyDown={moveFocus}
      >
        <div role="rowgroup" className={styles.head}>
          <div role="row" aria-rowindex={1} className={styles.row}>
            {onSelect && (
              <div role="columnheader" className={styles.cell}>
                <SelectAll {...props} />
              </div>
            )}
            {table.getFlatHeaders().map((header) => (
              <HeaderCell key={header.id} meta={header.column.columnDef.meta} {...props}>
                {flexRender(header.column.columnDef.header, header.getContext())}
              </HeaderCell>
            ))}
          </div>
        </div>
        <div
          role="rowgroup"
          className={styles.body}
          style={{ height: `${virtualizer.getTotalSize()}px` }}
        >
          {virtualizer.getVirtualItems().map((item) => {
            const row = all[item.index];
            if (!row) return null;
            return (
              <BodyRow
                key={row.id}
                row={row}
                index={item.index}
                top={item.start}
                isSelected={selected?.has(row.id) ?? false}
                {...props}
              />
            );
          })}
        </div>
      </div>
      {all.length === 0 && empty}
    </div>
  );
}

function HeaderCell<T>({
  meta,
  sort,
  onSort,
  children,
}: Pick<TableProps<T>, 'sort' | 'onSort'> & {
  meta: ColumnDef<T>['meta'];
  children: ReactNode;
}) {
  const by = meta?.sort;
  const current = by !== undefined && sort?.by === by;
  const direction = current ? (sort.descending ? 'descending' : 'ascending') : undefined;
  return (
    <div
      role="columnheader"
      aria-sort={direction}
      aria-label={meta?.title}
      className={`${styles.cell} ${meta?.align === 'end' ? styles.end : ''}`}
    >
      {by !== undefined && onSort ? (
        <button
          className={styles.sort}
          onClick={() => onSort({ by, descending: current ? !sort.descending : false })}
        >
          {children}
          <span className={current ? styles.sortMark : styles.sortHint}>
            <Icon name={current && sort.descending ? 'down' : 'up'} size={12} />
          </span>
        </button>
      ) : (
        children
      )}
    </div>
  );
}

function BodyRow<T>({
  row,
  index,
  top,
  isSelected,
  selected,
  onSelect,
  onOpen,
  rowClass,
  rowLabel,
}: TableProps<T> & { row: Row<T>; index: number; top: number; isSelected: boolean }) {
  const toggle = (checked: boolean) => {
    const next = new Set(selected);
    if (checked) next.add(row.id);
    else next.delete(row.id);
    onSelect?.(next);
  };
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-row={index}
      tabIndex={index === 0 ? 0 : -1}
      className={[
        styles.row,
        styles.bodyRow,
        isSelected && styles.selected,
        onOpen && styles.opens,
        rowClass?.(row.original),
      ]
        .filter(Boolean)
        .join(' ')}
      style={{ transform: `translateY(${top}px)` }}
      onClick={(event) => {
        const target = event.target as HTMLElement;
        if (target.closest('a, button, input, label, select')) return;
        if (window.getSelection()?.toString()) return; // the user is selecting text to copy
        onOpen?.(row.original);
      }}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return;
        if (event.key === 'Enter') onOpen?.(row.original);
        if (event.key === ' ' && onSelect) {
          event.preventDefault();
          toggle(!isSelected);
        }
      }}
    >
      {onSelect && (
        <div role="cell" className={styles.cell}>
          <Checkbox
            hideLabel
            label={`Select ${rowLabel?.(row.original) ?? row.id}`}
            checked={isSelected}
            onChange={toggle}
          />
        </div>
      )}
      {row.getVisibleCells().map((cell) => (
        <div
          key={cell.id}
          role="cell"
          className={`${styles.cell} ${cell.column.columnDef.meta?.align === 'end' ? styles.end : ''}`}
        >
          {flexRender(cell.column.columnDef.cell, cell.getContext())}
        </div>
      ))}
    </div>
  );
}

function SelectAll<T>({ rows, rowId, selected, onSelect }: TableProps<T>) {
  const ids = rows.map(rowId);
  const chosen = ids.filter((id) => selected?.has(id)).length;
  return (
    <Checkbox
      hideLabel
      label="Select all"
      checked={chosen > 0 && chosen === ids.length}
      indeterminate={chosen > 0 && chosen < ids.length}
      onChange={(checked) => onSelect?.(new Set(checked ? ids : []))}
    />
  );
}

// A row's height in pixels; the root's font size differs from screen to screen.
function rowPixels(rems = DEFAULT_ROW_REMS): number {
  return rems * (parseFloat(getComputedStyle(document.documentElement).fontSize) || 16);
}

function nextRow(
  key: string,
  index: number,
  count: number,
  scroller: HTMLElement | null,
  rowHeight: number,
): number | undefined {
  if (Number.isNaN(index)) return undefined;
  const page = Math.max(1, Math.floor((scroller?.clientHeight ?? 0) / rowHeight) - 2);
  const target = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + page,
    PageUp: index - page,
    Home: 0,
    End: count - 1,
  }[key];
  if (target === undefined) return undefined;
  return Math.min(count - 1, Math.max(0, target));
}
