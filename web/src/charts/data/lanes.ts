import type { TrialTable } from './trial_table';

// Which of the trials that ran at once held which place.
export interface Lanes {
  readonly count: number;
  readonly lane: Int32Array; // one a row; -1 for a trial that never started
}

// Puts every trial that started into the lowest lane that is free then: as a worker that takes the
// next trial when it is done. `now` ends the trials that still run, Unix milliseconds.
export function assignLanes(table: TrialTable, now: number): Lanes {
  const lane = new Int32Array(table.length).fill(-1);
  const rows: number[] = [];
  for (let row = 0; row < table.length; row++) {
    if (!Number.isNaN(table.started[row])) rows.push(row);
  }
  rows.sort((a, b) => table.started[a]! - table.started[b]! || a - b);
  const free: number[] = []; // a heap of lanes, the lowest first
  const busy: [end: number, lane: number][] = []; // a heap, the earliest end first
  let count = 0;
  for (const row of rows) {
    while (busy.length > 0 && busy[0]![0] <= table.started[row]!) {
      push(free, pop(busy, byEnd)![1], (a, b) => a - b);
    }
    const taken = pop(free, (a, b) => a - b) ?? count++;
    lane[row] = taken;
    push(busy, [endOf(table, row, now), taken], byEnd);
  }
  return { count, lane };
}

export function endOf(table: TrialTable, row: number, now: number): number {
  const completed = table.completed[row]!;
  return Number.isNaN(completed) ? Math.max(now, table.started[row]!) : completed;
}

const byEnd = (a: [number, number], b: [number, number]) => a[0] - b[0];

function push<T>(heap: T[], value: T, order: (a: T, b: T) => number): void {
  let at = heap.push(value) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (order(heap[parent]!, heap[at]!) <= 0) return;
    [heap[parent], heap[at]] = [heap[at]!, heap[parent]!];
    at = parent;
  }
}

function pop<T>(heap: T[], order: (a: T, b: T) => number): T | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (heap.length === 0 || last === undefined) return top;
  heap[0] = last;
  for (let at = 0; ;) {
    const left = 2 * at + 1;
    const right = left + 1;
    let least = at;
    if (left < heap.length && order(heap[left]!, heap[least]!) < 0) least = left;
    if (right < heap.length && order(heap[right]!, heap[least]!) < 0) least = right;
    if (least === at) return top;
    [heap[least], heap[at]] = [heap[at]!, heap[least]!];
    at = least;
  }
}
