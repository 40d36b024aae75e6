import type { ExperimentView } from '../experiment_view';

// What every chart of the page is given.
export interface PanelProps {
  readonly view: ExperimentView;
  readonly objective: number; // which of the experiment's objectives is looked at
}

export const OFF = '';
export const ON = '1';
