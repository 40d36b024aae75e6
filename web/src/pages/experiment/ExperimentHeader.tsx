import { Link } from 'wouter';
import { numberOf, optionalNumberOf } from '../../api/numbers';
import type { Trial } from '../../api/types';
import { links } from '../../app/links';
import { useNow } from '../../app/clock';
import { CopyButton } from '../../components/CopyButton';
import { numberText } from '../../components/number_text';
import { ProgressBar } from '../../components/ProgressBar';
import { StateBadge } from '../../components/StateBadge';
import { Duration, Time } from '../../components/Time';
import { durationText } from '../../components/time_text';
import type { TrialTable } from '../../charts/data/trial_table';
import { remainingTime } from './remaining_time';
import type { ShownExperiment } from './use_experiment';
import styles from './experiment.module.css';

export function ExperimentHeading({ experiment }: { experiment: ShownExperiment }) {
  return (
    <div className={styles.heading}>
      <h1>{experiment.name}</h1>
      <StateBadge state={experiment.state} paused={experiment.paused} />
      {experiment.namespace !== 'default' && (
        <span className={styles.muted}>in {experiment.namespace}</span>
      )}
    </div>
  );
}

export function ExperimentOverview({
  experiment,
  table,
}: {
  experiment: ShownExperiment;
  table: TrialTable | undefined;
}) {
  return (
    <div className={styles.overview}>
      <Facts experiment={experiment} table={table} />
      <Best experiment={experiment} />
    </div>
  );
}

function Facts({
  experiment,
  table,
}: {
  experiment: ShownExperiment;
  table: TrialTable | undefined;
}) {
  return (
    <section className={styles.card} aria-label="Progress">
      <ProgressBar counts={experiment.counts} budget={experiment.maxTrialCount} />
      <dl className={styles.facts}>
        <Fact name="Algorithm">
          <Link href={links.algorithms(experiment.algorithm)}>{experiment.algorithm}</Link>
        </Fact>
        <Fact name="Objective">
          {experiment.objectiveType} {experiment.objectiveMetric}
          {experiment.additionalObjectives.map(({ metric, type }) => `, ${type} ${metric}`)}
        </Fact>
        <Fact name="Started">
          <Time value={experiment.started ?? experiment.created} relative />
        </Fact>
        <Fact name={experiment.completed ? 'Took' : 'Runs for'}>
          <Duration from={experiment.started} to={experiment.completed} />
        </Fact>
        <Fact name="At once">{experiment.parallelTrialCount}</Fact>
        {table && <Remaining experiment={experiment} table={table} />}
        <Fact name="Seed">{experiment.seed}</Fact>
      </dl>
      {experiment.algorithmChoice && <p className={styles.said}>{experiment.algorithmChoice}</p>}
      {experiment.message && experiment.state !== 'Running' && (
        <p className={styles.said}>{experiment.message}</p>
      )}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Remaining({ experiment, table }: { experiment: ShownExperiment; table: TrialTable }) {
  const now = useNow();
  const left = remainingTime(experiment, table);
  if (left === undefined) return null;
  const end = new Date(now + left).toISOString();
  return (
    <Fact name="Left">
      <span title={end}>about {durationText(left)}</span>
    </Fact>
  );
}

function Best({ experiment }: { experiment: ShownExperiment }) {
  const { bestTrial: best, additionalObjectives } = experiment;
  if (!best) {
    return (
      <section className={styles.card} aria-label="Best trial">
        <h2>Best trial</h2>
        <p className={styles.muted}>None yet: it is named once a trial has succeeded.</p>
      </section>
    );
  }
  const values = [best.objectiveValue, ...best.additionalObjectiveValues];
  const metrics = [experiment.objectiveMetric, ...additionalObjectives.map((one) => one.metric)];
  return (
    <section className={styles.card} aria-label="Best trial">
      <header className={styles.bestHeader}>
        <h2>
          {metrics.length > 1 ? `Best by ${metrics[0]}` : 'Best trial'}:{' '}
          <Link href={links.trial(best)}>trial {best.number}</Link>
        </h2>
        <CopyButton text={() => parametersYaml(best)} label="Copy the parameters as YAML">
          Copy parameters
        </CopyButton>
      </header>
      <p className={styles.bestValues}>
        {metrics.map((metric, index) => (
          <span key={metric}>
            <b>{numberText(optionalNumberOf(values[index]))}</b> {metric}
          </span>
        ))}
      </p>
      <dl className={styles.parameters}>
        {best.parameters.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title={value}>{shortValue(value)}</dd>
          </div>
        ))}
      </dl>
      {experiment.bestTrials.length > 1 && (
        <p className={styles.muted}>
          {experiment.bestTrials.length} trials are on the Pareto front; see the chart below.
        </p>
      )}
    </section>
  );
}

function shortValue(value: string): string {
  const number = Number(value);
  return value !== '' && Number.isFinite(number) ? numberText(numberOf(number)) : value;
}

// Values as they are: a number stays one, and any other text is quoted.
export function parametersYaml(trial: Trial): string {
  return trial.parameters
    .map(({ name, value }) => {
      const plain = value !== '' && Number.isFinite(Number(value));
      return `${JSON.stringify(name)}: ${plain ? value : JSON.stringify(value)}\n`;
    })
    .join('');
}
