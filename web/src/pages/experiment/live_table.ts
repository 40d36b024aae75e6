import type { TrialsEvent } from '../../api/events';
import type { TrialTable as WireTable } from '../../api/types';
import { applyTrials } from '../../charts/data/apply_trials';
import { decodeTable } from '../../charts/data/decode_table';
import type { TrialTable } from '../../charts/data/trial_table';

// A page draws this often at most; large tables cost more to draw, and change less to the eye.
const FLUSH_MS = 100;
const LARGE = 5_000;
const LARGE_FLUSH_MS = 500;

// The table of an experiment as it changes: loaded once, then kept by events. Events that come
// before the table does are kept, since the table may have been made before them.
export class LiveTable {
  private table: TrialTable | undefined;
  private waiting: TrialsEvent[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly publish: (table: TrialTable) => void) {}

  load(wire: WireTable): void {
    this.table = decodeTable(wire);
    this.waiting = this.waiting.filter((event) => event.change > wire.change);
    this.flush();
  }

  // The table is about to be loaded again: what events bring counts on top of the new one.
  reset(): void {
    this.table = undefined;
  }

  apply(event: TrialsEvent): void {
    this.waiting.push(event);
    if (!this.table || this.timer !== undefined) return;
    const pause = this.table.length > LARGE ? LARGE_FLUSH_MS : FLUSH_MS;
    this.timer = setTimeout(() => this.flush(), pause);
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private flush(): void {
    this.close();
    if (!this.table) return;
    if (this.waiting.length > 0) {
      // Of a trial that changed several times only the last counts.
      const latest = new Map(
        this.waiting.flatMap((event) => event.trials).map((trial) => [trial.number, trial]),
      );
      const change = Math.max(...this.waiting.map((event) => event.change));
      this.table = applyTrials(this.table, change, [...latest.values()]);
      this.waiting = [];
    }
    this.publish(this.table);
  }
}
