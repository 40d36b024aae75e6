import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useMemo, useRef, type KeyboardEvent, type MouseEvent } from 'react';
import { links } from '../../app/links';
import { Icon } from '../../components/Icon';
import { TrialSelection } from '../../charts/data/trial_selection';
import type { ExperimentView } from '../experiment/experiment_view';
import { useSelection } from '../experiment/use_selection';
import type { GridColumn } from './columns';
import type { GridSort } from './sort_rows';
import styles from './trials.module.css';

interface Props {
  label: string;
  view: ExperimentView;
  columns: readonly GridColumn[]; // those to show
  rows: Int32Array; // of the table, filtered and sorted
  sort?: GridSort;
  onSort?: (sort: GridSort) => void;
}

const ROW_HEIGHT = 34;
const OVERSCAN = 4;
const CHECK_WIDTH = 2.5;

// Trials as rows, read straight from the table's columns: 100,000 of them scroll as smoothly as ten.
export function TrialsGrid({ label, view, columns, rows, sort, onSort }: Props) {
  const { table, selection: store } = view;
  const selection = useSelection(store);
  const scroller = useRef<HTMLDivElement>(null);
  const anchor = useRef(-1);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  });
  const tracks = useMemo(
    () => [CHECK_WIDTH, ...columns.map(({ width }) => width)].map((rem) => `${rem}rem`).join(' '),
    [columns],
  );

  const select = (
    index: number,
    event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean },
  ) => {
    const number = table.numbers[rows[index]!]!;
    if (event.shiftKey && anchor.current >= 0) {
      const [from, to] = [Math.min(anchor.current, index), Math.max(anchor.current, index)];
      const range = Array.from(rows.slice(from, to + 1), (row) => table.numbers[row]!);
      store.set(store.selection.union(TrialSelection.of(range)));
      return;
    }
    anchor.current = index;
    if (event.ctrlKey || event.metaKey) store.set(store.selection.toggled(number));
    else store.set(TrialSelection.of([number]));
  };

  const onClick = (event: MouseEvent) => {
    const target = event.target as HTMLElement;
    const index = Number(target.closest<HTMLElement>('[data-index]')?.dataset.index ?? NaN);
    if (Number.isNaN(index)) return;
    if (target instanceof HTMLAnchorElement) {
      // A plain click stays in the page; others open a tab or a window, as everywhere.
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      view.openTrial(rows[index]!);
      return;
    }
    if (target instanceof HTMLInputElement) {
      if (event.shiftKey) select(index, event);
      else {
        anchor.current = index;
        store.set(store.selection.toggled(table.numbers[rows[index]!]!));
      }
      return;
    }
    select(index, event);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const index = Number((event.target as HTMLElement).dataset.index ?? NaN);
    if (Number.isNaN(index)) return;
    if (event.key === 'Enter') {
      view.openTrial(rows[index]!);
    } else if (event.key === ' ') {
      event.preventDefault();
      select(index, { shiftKey: event.shiftKey, ctrlKey: true, metaKey: false });
    } else {
      const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
      const next = nextIndex(event.key, index, rows.length, page);
      if (next === undefined) return;
      event.preventDefault();
      virtualizer.scrollToIndex(next);
      requestAnimationFrame(() =>
        scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus(),
      );
    }
  };

  const items = virtualizer.getVirtualItems();
  // A row that scrolls out gives its elements to the one that comes in: making new ones for each
  // would take most of a frame.
  const slots = useRef(1);
  slots.current = Math.max(slots.current, items.length);
  const tabStop = items.find((item) => item.start >= (virtualizer.scrollOffset ?? 0))?.index ?? 0;
  return (
    <div ref={scroller} className={styles.scroller} tabIndex={-1} data-testid="trials-grid">
      <div
        role="grid"
        aria-label={label}
        aria-rowcount={rows.length + 1}
        aria-multiselectable="true"
        className={styles.grid}
        onClick={onClick}
        onKeyDown={onKeyDown}
      >
        <div role="rowgroup" className={styles.head}>
          <div role="row" className={styles.row} style={{ gridTemplateColumns: tracks }}>
            <span role="columnheader" aria-label="Selected" />
            {columns.map((column) => (
              <Header key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </div>
        </div>
        <div role="rowgroup" className={styles.body} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index]!;
            return (
              <GridRow
                key={item.index % slots.current}
                row={row}
                index={item.index}
                top={item.start}
                number={table.numbers[row]!}
                href={links.trial({ namespace: view.name.namespace, name: table.names[row]! })}
                columns={columns}
                tracks={tracks}
                selected={selection.has(table.numbers[row]!)}
                tabStop={item.index === tabStop}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Header({
  column,
  sort,
  onSort,
}: {
  column: GridColumn;
  sort: GridSort | undefined;
  onSort: ((sort: GridSort) => void) | undefined;
}) {
  const current = sort?.by === column.id;
  const direction = current ? (sort.descending ? 'descending' : 'ascending') : undefined;
  return (
    <span
      role="columnheader"
      aria-sort={direction}
      className={column.numeric ? styles.numeric : undefined}
      title={column.name}
    >
      {onSort ? (
        <button
          className={styles.sort}
          onClick={() => onSort({ by: column.id, descending: current && !sort.descending })}
        >
          <span>{column.name}</span>
          {current && <Icon name={sort.descending ? 'down' : 'up'} size={12} />}
        </button>
      ) : (
        column.name
      )}
    </span>
  );
}

// Drawn again only when something of it changes: scrolling draws the rows that come in.
const GridRow = memo(function GridRow({
  row,
  index,
  top,
  number,
  href,
  columns,
  tracks,
  selected,
  tabStop,
}: {
  row: number;
  index: number;
  top: number;
  number: number;
  href: string;
  columns: readonly GridColumn[];
  tracks: string;
  selected: boolean;
  tabStop: boolean;
}) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-index={index}
      tabIndex={tabStop ? 0 : -1}
      className={`${styles.row} ${styles.bodyRow} ${selected ? styles.selected : ''}`}
      style={{ gridTemplateColumns: tracks, transform: `translateY(${top}px)` }}
    >
      <span role="gridcell">
        <input
          type="checkbox"
          aria-label={`Select trial ${number}`}
          className={styles.check}
          checked={selected}
          readOnly
        />
      </span>
      {columns.map((column) => (
        <span
          role="gridcell"
          key={column.id}
          className={column.numeric ? styles.numeric : undefined}
        >
          {column.id === 'number' ? <a href={href}>{column.text(row)}</a> : column.text(row)}
        </span>
      ))}
    </div>
  );
});

function nextIndex(key: string, index: number, count: number, page: number): number | undefined {
  const target = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + page,
    PageUp: index - page,
    Home: 0,
    End: count - 1,
  }[key];
  return target === undefined ? undefined : Math.min(count - 1, Math.max(0, target));
}
