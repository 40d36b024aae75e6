import { useLocation } from 'wouter';
import { useState } from 'react';
import { links } from '../../app/links';
import { Button } from '../../components/Button';
import { countText } from '../../components/number_text';
import { rowsOfSelection, TrialSelection } from '../../charts/data/trial_selection';
import { CompareTrialsDialog } from '../trials/CompareTrialsDialog';
import { MOST_COMPARED } from '../trials/compare';
import type { ExperimentView } from './experiment_view';
import { useSelection } from './use_selection';
import styles from './experiment.module.css';

// What is selected, wherever it was, and what can be done with it.
export function SelectionBar({ view }: { view: ExperimentView }) {
  const selection = useSelection(view.selection);
  const [comparing, setComparing] = useState(false);
  const [, navigate] = useLocation();
  if (selection.isEmpty) return null;
  const few = selection.size <= MOST_COMPARED;
  const rows = few ? rowsOfSelection(view.table, selection) : [];
  const only = rows.length === 1 ? view.table.names[rows[0]!] : undefined;
  return (
    <div className={styles.selectionBar} role="region" aria-label="Selected trials">
      <span role="status">
        {only
          ? `Trial ${selection.numbers()[0]} selected`
          : `${countText(selection.size)} trials selected`}
      </span>
      {only && (
        <Button
          small
          onClick={() => navigate(links.trial({ namespace: view.name.namespace, name: only }))}
        >
          Open
        </Button>
      )}
      <Button
        small
        disabled={rows.length < 2}
        title={`Between 2 and ${MOST_COMPARED} trials can be compared`}
        onClick={() => setComparing(true)}
      >
        Compare
      </Button>
      <Button
        small
        kind="quiet"
        icon="close"
        onClick={() => view.selection.set(TrialSelection.none)}
      >
        Clear
      </Button>
      {comparing && (
        <CompareTrialsDialog view={view} rows={rows} onClose={() => setComparing(false)} />
      )}
    </div>
  );
}
