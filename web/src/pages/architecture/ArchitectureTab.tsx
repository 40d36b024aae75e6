import { Link } from 'wouter';
import { links } from '../../app/links';
import { useUrlState } from '../../app/url_state';
import { Select } from '../../components/Field';
import { EmptyState } from '../../components/States';
import { rowOfNumber, stateOf } from '../../charts/data/trial_table';
import { formatNumber } from '../../charts/draw/format_number';
import type { TabProps } from '../experiment/tabs';
import { ArchitectureView } from './ArchitectureView';
import styles from './architecture.module.css';

// More trials than this are chosen by number rather than from a list.
const MOST_LISTED = 2000;

// The architectures of an experiment, the best trial's first.
export default function ArchitectureTab({ experiment, view }: TabProps) {
  const { table, selection } = view;
  const [parameters, change] = useUrlState();
  const asked = parameters.get('trial');
  const selected = selection.selection.size === 1 ? selection.selection.numbers()[0] : undefined;
  const number = asked ? Number(asked) : (selected ?? experiment.bestTrial?.number ?? 0);
  const row = rowOfNumber(table, number);
  if (table.length === 0 || row < 0) {
    return (
      <EmptyState title={table.length === 0 ? 'No trial yet.' : `There is no trial ${number}.`}>
        Architectures are shown here by trial.
      </EmptyState>
    );
  }
  const trial = { namespace: experiment.namespace, name: table.names[row]! };
  const objective = table.objectives[0];
  return (
    <>
      <div className={styles.bar}>
        <label className={styles.trial}>
          Trial
          <Select
            value={String(number)}
            options={Array.from(table.numbers.subarray(0, MOST_LISTED), (one, at) => ({
              value: String(one),
              label:
                `${one}` +
                (one === experiment.bestTrial?.number ? ' (best)' : '') +
                (objective && !Number.isNaN(objective.values[at])
                  ? `: ${objective.metric} ${formatNumber(objective.values[at]!)}`
                  : ''),
            }))}
            onChange={(value) => change({ trial: value })}
          />
        </label>
        <Link href={links.trial(trial)}>Open the trial</Link>
      </div>
      <ArchitectureView key={trial.name} trial={trial} state={stateOf(table, row)} />
    </>
  );
}
