import type { ReactNode } from 'react';
import type { ExperimentState, TrialState } from '../../api/types';
import { countText } from '../../components/number_text';
import { StateBadge } from '../../components/StateBadge';
import styles from './system.module.css';

export function Tile({
  label,
  value,
  children,
}: {
  label: string;
  value: string;
  children?: ReactNode;
}) {
  return (
    <section className={styles.tile} aria-label={label}>
      <h2>{label}</h2>
      <p className={styles.number}>{value}</p>
      {children && <p className={styles.more}>{children}</p>}
    </section>
  );
}

export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function StateCounts<State extends ExperimentState | TrialState>({
  states,
  counts,
}: {
  states: readonly State[];
  counts: Partial<Record<State, number>>;
}) {
  return (
    <ul className={styles.states}>
      {states.map((state) => (
        <li key={state}>
          <StateBadge state={state} />
          <span className={styles.count}>{countText(counts[state] ?? 0)}</span>
        </li>
      ))}
    </ul>
  );
}
