import type { TrialCounts } from '../api/types';
import { countText } from './number_text';
import styles from './ProgressBar.module.css';

export function finishedTrials(counts: TrialCounts): number {
  return (
    counts.succeeded +
    counts.failed +
    counts.killed +
    counts.earlyStopped +
    counts.metricsUnavailable
  );
}

export function allTrials(counts: TrialCounts): number {
  return finishedTrials(counts) + counts.running + counts.pending;
}

const PARTS = [
  ['good', 'succeeded', (c: TrialCounts) => c.succeeded],
  ['early', 'early stopped', (c: TrialCounts) => c.earlyStopped],
  ['bad', 'failed', (c: TrialCounts) => c.failed],
  ['warning', 'killed or without metrics', (c: TrialCounts) => c.killed + c.metricsUnavailable],
  ['running', 'running', (c: TrialCounts) => c.running],
] as const;

// How an experiment's trials ended, as parts of its budget; without a budget, of those created.
export function ProgressBar({
  counts,
  budget,
  label = 'Progress',
}: {
  counts: TrialCounts;
  budget: number;
  label?: string;
}) {
  const finished = finishedTrials(counts);
  const whole = Math.max(budget, allTrials(counts), 1);
  const parts = PARTS.map(([tone, words, count]) => ({ tone, words, count: count(counts) }));
  const said = parts
    .filter(({ count }) => count > 0)
    .map(({ words, count }) => `${count} ${words}`);
  const summary = said.length > 0 ? said.join(', ') : 'no trial yet';
  return (
    <div
      className={styles.progress}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={whole}
      aria-valuenow={finished}
      aria-valuetext={budget > 0 ? `${finished} of ${budget} trials: ${summary}` : summary}
      title={summary}
    >
      <div className={styles.bar}>
        {parts.map(({ tone, count }) =>
          count > 0 ? (
            <span
              key={tone}
              className={`${styles.part} ${styles[tone]}`}
              style={{ width: `${(100 * count) / whole}%` }}
            />
          ) : null,
        )}
      </div>
      <span className={styles.text}>
        {countText(finished)}
        {budget > 0 && <span className={styles.budget}>/{countText(budget)}</span>}
      </span>
    </div>
  );
}
