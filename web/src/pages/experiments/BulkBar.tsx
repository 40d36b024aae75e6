import { useState } from 'react';
import type { ExperimentSummary } from '../../api/types';
import { links } from '../../app/links';
import { Button, ButtonLink } from '../../components/Button';
import { ConfirmDialog } from '../../components/Dialog';
import { BULK_ACTIONS, experimentsWords, runBulkAction, type BulkActionName } from './bulk_actions';
import { experimentId } from './experiment_list';
import styles from './experiments.module.css';

const MOST_COMPARED = 12;

// What can be done with the experiments that are selected.
export function BulkBar({
  chosen,
  onClear,
}: {
  chosen: readonly ExperimentSummary[];
  onClear: () => void;
}) {
  const [asked, setAsked] = useState<BulkActionName>();
  const [busy, setBusy] = useState(false);
  const action = asked && BULK_ACTIONS[asked];
  const meant = action ? chosen.filter(action.applies) : [];

  const confirm = async () => {
    if (!action) return;
    setBusy(true);
    await runBulkAction(action, meant);
    setBusy(false);
    setAsked(undefined);
    onClear();
  };

  return (
    <div className={styles.bulk} role="toolbar" aria-label="Selected experiments">
      <span className={styles.chosen}>{chosen.length} selected</span>
      {chosen.length > 1 && chosen.length <= MOST_COMPARED && (
        <ButtonLink small href={links.compare(chosen)}>
          Compare
        </ButtonLink>
      )}
      {Object.entries(BULK_ACTIONS).map(([name, { label, icon, danger, applies }]) => (
        <Button
          key={name}
          small
          icon={icon}
          kind={danger ? 'danger' : 'plain'}
          disabled={!chosen.some(applies)}
          onClick={() => setAsked(name as BulkActionName)}
        >
          {label}
        </Button>
      ))}
      <Button small kind="quiet" icon="close" aria-label="Clear the selection" onClick={onClear} />
      {action && (
        <ConfirmDialog
          title={`${action.label} ${experimentsWords(meant.length)}?`}
          confirm={action.label}
          kind={action.danger ? 'danger' : 'primary'}
          busy={busy}
          onConfirm={() => void confirm()}
          onClose={() => setAsked(undefined)}
        >
          <p>{action.warning}</p>
          <ul className={styles.names}>
            {meant.map((experiment) => (
              <li key={experimentId(experiment)}>{experiment.name}</li>
            ))}
          </ul>
        </ConfirmDialog>
      )}
    </div>
  );
}
