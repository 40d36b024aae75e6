import { TrialSelection } from '../data/trial_selection';

type Listener = (selection: TrialSelection, source: string | undefined) => void;

// The selected trials of a page: what selects tells it, what shows a selection hears of it.
export class SelectionStore {
  private current = TrialSelection.none;
  private readonly listeners = new Set<Listener>();

  get selection(): TrialSelection {
    return this.current;
  }

  // `source` names the chart or table that selected; it needs not be told what it knows.
  set(selection: TrialSelection, source?: string): void {
    if (selection === this.current) return;
    this.current = selection;
    for (const listener of [...this.listeners]) listener(selection, source);
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
