import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import type { ChartCell, ChartData } from '../chart';
import { formatNumber } from '../draw/format_number';
import styles from './chart.module.css';

const ROW_HEIGHT = 28;

// The numbers behind a chart, for those who read rather than look.
export function ChartDataTable({ title, data }: { title: string; data: ChartData }) {
  const rows = useMemo(() => data.rows(), [data]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  const tracks = { gridTemplateColumns: `repeat(${data.columns.length}, minmax(7rem, 1fr))` };
  return (
    <div
      ref={scroller}
      className={styles.data}
      tabIndex={0}
      role="region"
      aria-label={`${title}: data`}
    >
      <div role="table" aria-label={title} aria-rowcount={rows.length + 1}>
        <div role="rowgroup" className={styles.dataHead}>
          <div role="row" className={styles.dataRow} style={tracks}>
            {data.columns.map((column, index) => (
              <span role="columnheader" key={index}>
                {column}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {virtualizer.getVirtualItems().map((item) => (
            <div
              role="row"
              key={item.key}
              aria-rowindex={item.index + 2}
              className={styles.dataRow}
              style={{
                ...tracks,
                position: 'absolute',
                insetInline: 0,
                transform: `translateY(${item.start}px)`,
              }}
            >
              {rows[item.index]!.map((cell, column) => (
                <span role="cell" key={column}>
                  {cellText(cell)}
                </span>
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function cellText(cell: ChartCell): string {
  if (cell === null) return '–';
  return typeof cell === 'number' ? formatNumber(cell, 8) : cell;
}
