import { useDeferredValue, useMemo } from 'react';
import { rowsOfSelection } from '../../../charts/data/trial_selection';
import { NearView } from '../../../charts/view/NearView';
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
  const selection = useDeferredValue(useSelection(view.selection));
  const columns = useMemo(() => tableColumns(table), [table]);
  const rows = useMemo(
    () => Int32Array.from(rowsOfSelection(table, selection)),
    [selection, table],
  );
  if (rows.length === 0) return null;
  return (
    <Card title={`Selected: ${countText(rows.length)} of ${countText(table.length)} trials`} flush>
      <div className={styles.selectedTrials}>
        <NearView id="selected-trials">
          <TrialsGrid label="Selected trials" view={view} columns={columns} rows={rows} />
        </NearView>
      </div>
    </Card>
  );
}
