import type { ExperimentState, TrialState } from '../api/types';
import styles from './StateBadge.module.css';

type State = ExperimentState | TrialState;

const TONES: Record<State, string> = {
  Created: 'neutral',
  Pending: 'neutral',
  Running: 'running',
  Restarting: 'running',
  Succeeded: 'good',
  Failed: 'bad',
  Stopped: 'neutral',
  Killed: 'warning',
  EarlyStopped: 'early',
  MetricsUnavailable: 'warning',
};

const WORDS: Partial<Record<State, string>> = {
  EarlyStopped: 'Early stopped',
  MetricsUnavailable: 'No metrics',
};

export function stateWords(state: State): string {
  return WORDS[state] ?? state;
}

// The design token of a state's colour, also for charts.
export function stateToken(state: State): `--${string}` {
  return `--${TONES[state]}`;
}

// `paused` counts only while an experiment goes on.
export function StateBadge({ state, paused }: { state: State; paused?: boolean }) {
  const asleep = paused && (state === 'Running' || state === 'Created' || state === 'Restarting');
  const tone = asleep ? 'warning' : TONES[state];
  return (
    <span className={`${styles.badge} ${styles[tone]}`}>
      <span className={styles.dot} />
      {asleep ? 'Paused' : stateWords(state)}
    </span>
  );
}
