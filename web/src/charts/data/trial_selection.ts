import type { TrialTable } from './trial_table';

// A set of trials by number. It never changes: selecting makes another one.
export class TrialSelection {
  static readonly none = new TrialSelection(new Uint8Array(0), 0);

  private constructor(
    private readonly mask: Uint8Array,
    readonly size: number,
  ) {}

  static of(numbers: Iterable<number>): TrialSelection {
    const list = [...numbers].filter((number) => Number.isInteger(number) && number >= 0);
    if (list.length === 0) return TrialSelection.none;
    let highest = 0;
    for (const number of list) highest = Math.max(highest, number);
    const mask = new Uint8Array(highest + 1);
    for (const number of list) mask[number] = 1;
    return TrialSelection.ofMask(mask);
  }

  // Takes the mask over: entry n tells whether trial n is selected.
  static ofMask(mask: Uint8Array): TrialSelection {
    let size = 0;
    for (let i = 0; i < mask.length; i++) size += mask[i]!;
    return size === 0 ? TrialSelection.none : new TrialSelection(mask, size);
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  has(number: number): boolean {
    return this.mask[number] === 1;
  }

  numbers(): number[] {
    const numbers: number[] = [];
    for (let i = 0; i < this.mask.length; i++) if (this.mask[i] === 1) numbers.push(i);
    return numbers;
  }

  with(number: number): TrialSelection {
    return this.has(number) ? this : TrialSelection.of([...this.numbers(), number]);
  }

  without(number: number): TrialSelection {
    return this.has(number) ? TrialSelection.of(this.numbers().filter((n) => n !== number)) : this;
  }

  toggled(number: number): TrialSelection {
    return this.has(number) ? this.without(number) : this.with(number);
  }

  union(other: TrialSelection): TrialSelection {
    const mask = new Uint8Array(Math.max(this.mask.length, other.mask.length));
    mask.set(this.mask);
    for (let i = 0; i < other.mask.length; i++) if (other.mask[i] === 1) mask[i] = 1;
    return TrialSelection.ofMask(mask);
  }
}

// The rows of the table whose trials are selected, ascending.
export function rowsOfSelection(table: TrialTable, selection: TrialSelection): number[] {
  const rows: number[] = [];
  for (let row = 0; row < table.length && rows.length < selection.size; row++) {
    if (selection.has(table.numbers[row]!)) rows.push(row);
  }
  return rows;
}
