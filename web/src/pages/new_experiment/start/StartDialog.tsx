import { useState } from 'react';
import { listExamples } from '../../../api/documents';
import { listExperiments } from '../../../api/experiments';
import { useDebounced } from '../../../app/use_debounced';
import { useResource } from '../../../app/use_resource';
import { Dialog } from '../../../components/Dialog';
import { TextInput } from '../../../components/Field';
import { ErrorState, LoadingState } from '../../../components/States';
import { Time } from '../../../components/Time';
import type { Start } from './use_start';
import styles from './start.module.css';

const MOST_SHOWN = 50;
const TYPING_PAUSE_MS = 200;

export function StartDialog({
  onChoose,
  onClose,
}: {
  onChoose: (start: Start) => void;
  onClose: () => void;
}) {
  const [search, setSearch] = useState('');
  const rested = useDebounced(search, TYPING_PAUSE_MS);
  const examples = useResource('examples', listExamples);
  const earlier = useResource(
    rested,
    (signal) =>
      listExperiments(
        { search: rested, limit: MOST_SHOWN, sort: 'created', order: 'desc' },
        signal,
      ),
    { keepPrevious: true },
  );
  return (
    <Dialog title="Start from" wide onClose={onClose}>
      <div className={styles.columns}>
        <section aria-labelledby="start-examples">
          <h3 id="start-examples">Examples</h3>
          {examples.error && <ErrorState error={examples.error} onRetry={examples.reload} />}
          {!examples.data && !examples.error && <LoadingState />}
          <ul className={styles.list}>
            <li>
              <button className={styles.choice} onClick={() => onChoose({})}>
                <span className={styles.name}>Blank</span>
                <span className={styles.about}>One parameter and a program of your own.</span>
              </button>
            </li>
            {examples.data?.map(({ name, title }) => (
              <li key={name}>
                <button className={styles.choice} onClick={() => onChoose({ example: name })}>
                  <span className={styles.name}>{name}</span>
                  <span className={styles.about}>{title}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
        <section aria-labelledby="start-earlier">
          <h3 id="start-earlier">Earlier experiments</h3>
          <TextInput
            type="search"
            aria-label="Search earlier experiments"
            placeholder="Search by name"
            value={search}
            onChange={setSearch}
          />
          {earlier.error && <ErrorState error={earlier.error} onRetry={earlier.reload} />}
          <ul className={styles.list}>
            {earlier.data?.experiments.map((experiment) => {
              const from = `${experiment.namespace}/${experiment.name}`;
              return (
                <li key={from}>
                  <button className={styles.choice} onClick={() => onChoose({ from })}>
                    <span className={styles.name}>{experiment.name}</span>
                    <span className={styles.about}>
                      {experiment.algorithm}, <Time value={experiment.created} relative />
                    </span>
                  </button>
                </li>
              );
            })}
          </ul>
          {earlier.data?.experiments.length === 0 && (
            <p className={styles.about}>{rested ? 'None is called that.' : 'There is none yet.'}</p>
          )}
        </section>
      </div>
    </Dialog>
  );
}
