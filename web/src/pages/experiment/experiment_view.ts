import type { ExperimentName } from '../../api/types';
import type { TrialTable } from '../../charts/data/trial_table';
import type { SelectionStore } from '../../charts/view/selection_store';

// What the tabs of an experiment's page share.
export interface ExperimentView {
  readonly name: ExperimentName;
  readonly table: TrialTable;
  readonly selection: SelectionStore;
  readonly live: boolean; // trials may still come
  readonly openTrial: (row: number) => void;
}
