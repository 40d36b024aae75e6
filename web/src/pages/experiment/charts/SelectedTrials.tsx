import { useMemo } from 'react';
import { rowOfNumber } from '../../../charts/data/trial_table';
import { countText } from '../../../components/number_text';
import { Card } from '../../../components/Page';
import { TrialsGrid } from '../../trials/TrialsGrid';
import { tableColumns } from '../../trials/columns';
import type { ExperimentView } from '../experiment_view';
import { useSelection } from '../use_selection';
import styles from '../experiment.module.css';

// The selected trials under the charts; it follows whatever is brushed.
export function SelectedTrials({ view }: { view: ExperimentView }) {
  const { table } = view;
  const selection = useSelection(view.selection);
  const columns = useMemo(() => tableColumns(table), [table]);
  const rows = useMemo(
    () =>
      Int32Array.from(
        selection
          .numbers()
          .map((number) => rowOfNumber(table, number))
          .filter((row) => row >= 0),
      ),
    [selection, table],
  );
  if (rows.length === 0) return null;
  return (
    <Card title={`Selected: ${countText(rows.length)} of ${countText(table.length)} trials`} flush>
      <div className={styles.selectedTrials}>
        <TrialsGrid label="Selected trials" view={view} columns={columns} rows={rows} />
      </div>
    </Card>
  );
}
