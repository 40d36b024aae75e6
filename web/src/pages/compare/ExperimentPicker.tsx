import { useState } from 'react';
import { listExperiments } from '../../api/experiments';
import type { ExperimentName } from '../../api/types';
import { useDebounced } from '../../app/use_debounced';
import { useResource } from '../../app/use_resource';
import { Field, TextInput } from '../../components/Field';
import { StateBadge } from '../../components/StateBadge';
import { nameText } from './compared';
import styles from './compare.module.css';

const TYPING_MS = 200;
const MOST_SHOWN = 8;

// Finds an experiment by a part of its name.
export function ExperimentPicker({
  taken,
  onPick,
}: {
  taken: readonly ExperimentName[];
  onPick: (name: ExperimentName) => void;
}) {
  const [text, setText] = useState('');
  const sought = useDebounced(text, TYPING_MS);
  const { data } = useResource(
    `pick ${sought}`,
    (signal) => listExperiments({ search: sought, limit: MOST_SHOWN + taken.length }, signal),
    { keepPrevious: true },
  );
  const known = new Set(taken.map(nameText));
  const found = (data?.experiments ?? [])
    .filter((experiment) => !known.has(nameText(experiment)))
    .slice(0, MOST_SHOWN);
  return (
    <section className={styles.picker} aria-label="Add an experiment">
      <Field label="Add an experiment">
        {(ids) => (
          <TextInput {...ids} placeholder="Search by name" value={text} onChange={setText} />
        )}
      </Field>
      <ul className={styles.found}>
        {found.map((experiment) => (
          <li key={nameText(experiment)}>
            <button
              className={styles.pick}
              onClick={() => onPick({ namespace: experiment.namespace, name: experiment.name })}
            >
              <span className={styles.pickName}>
                {experiment.namespace === 'default' ? experiment.name : nameText(experiment)}
              </span>
              <span className={styles.muted}>{experiment.algorithm}</span>
              <StateBadge state={experiment.state} paused={experiment.paused} />
            </button>
          </li>
        ))}
      </ul>
      {data && found.length === 0 && (
        <p className={styles.muted}>
          {sought ? 'No other experiment has such a name.' : 'There is no other experiment.'}
        </p>
      )}
    </section>
  );
}
