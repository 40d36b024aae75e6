import { TrialSelection } from '../data/trial_selection';
import type { StoredBrush } from './stored_brush';

type Listener = (selection: TrialSelection, source: string | undefined) => void;

// The selected trials of a page: what selects tells it, what shows a selection hears of it.
export class SelectionStore {
  private current = TrialSelection.none;
  private currentBrush: StoredBrush | undefined;
  private readonly listeners = new Set<Listener>();

  // A brush selects once its chart is drawn; until then `selection` stands.
  constructor(selection = TrialSelection.none, brush?: StoredBrush) {
    this.current = selection;
    this.currentBrush = brush;
  }

  get selection(): TrialSelection {
    return this.current;
  }

  // The brush that the selection came from, if it was one.
  get brush(): StoredBrush | undefined {
    return this.currentBrush;
  }

  // `source` names the chart or table that selected; it needs not be told what it knows.
  set(selection: TrialSelection, source?: string, brush?: StoredBrush): void {
    if (selection === this.current && brush === this.currentBrush) return;
    this.current = selection;
    this.currentBrush = brush;
    for (const listener of [...this.listeners]) listener(selection, source);
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
