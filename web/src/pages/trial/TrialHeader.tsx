import { Link, useLocation } from 'wouter';
import { getTrialByNumber } from '../../api/experiments';
import { numberOf, optionalNumberOf } from '../../api/numbers';
import type { TrialDetail } from '../../api/types';
import { links } from '../../app/links';
import { toastError } from '../../app/toasts';
import { Button, ButtonLink } from '../../components/Button';
import { numberText } from '../../components/number_text';
import { StateBadge } from '../../components/StateBadge';
import { Duration, Time } from '../../components/Time';
import { useExperiment } from '../experiment/use_experiment';
import { isNas } from '../experiment/is_nas';
import styles from './trial.module.css';

export function TrialHeading({ trial }: { trial: TrialDetail }) {
  const experiment = { namespace: trial.namespace, name: trial.experiment };
  return (
    <div className={styles.heading}>
      <p className={styles.crumbs}>
        <Link href={links.experiment(experiment)}>{trial.experiment}</Link>
      </p>
      <h1>Trial {trial.number}</h1>
      <StateBadge state={trial.state} />
      {!trial.feasible && <span className={styles.infeasible}>breaks a constraint</span>}
    </div>
  );
}

export function TrialActions({ trial }: { trial: TrialDetail }) {
  const experimentName = { namespace: trial.namespace, name: trial.experiment };
  const experiment = useExperiment(experimentName);
  const [, navigate] = useLocation();
  const go = async (number: number) => {
    try {
      const other = await getTrialByNumber(experimentName, number);
      navigate(links.trial(other));
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <>
      {experiment.data && isNas(experiment.data.documentYaml) && (
        <ButtonLink href={links.architecture(trial)}>Architecture</ButtonLink>
      )}
      <Button disabled={trial.number === 0} onClick={() => void go(trial.number - 1)}>
        Previous trial
      </Button>
      <Button onClick={() => void go(trial.number + 1)}>Next trial</Button>
    </>
  );
}

export function TrialSummary({ trial }: { trial: TrialDetail }) {
  const experiment = useExperiment({ namespace: trial.namespace, name: trial.experiment });
  const metrics = [
    experiment.data?.objectiveMetric ?? 'objective',
    ...(experiment.data?.additionalObjectives.map(({ metric }) => metric) ?? []),
  ];
  const values = [trial.objectiveValue, ...trial.additionalObjectiveValues];
  return (
    <section className={styles.card} aria-label="Summary">
      <dl className={styles.facts}>
        {metrics.map((metric, index) => (
          <div key={metric}>
            <dt>{metric}</dt>
            <dd className={styles.value}>{numberText(optionalNumberOf(values[index]))}</dd>
          </div>
        ))}
        <div>
          <dt>Started</dt>
          <dd>
            <Time value={trial.started} />
          </dd>
        </div>
        <div>
          <dt>Waited</dt>
          <dd>
            <Duration from={trial.created} to={trial.started ?? trial.completed} />
          </dd>
        </div>
        <div>
          <dt>{trial.completed ? 'Ran for' : 'Runs for'}</dt>
          <dd>
            <Duration from={trial.started} to={trial.completed} />
          </dd>
        </div>
        {trial.violations.map((violation, index) => (
          <div key={index}>
            <dt>Constraint {index + 1}</dt>
            <dd>
              {numberOf(violation) <= 0 ? 'holds' : `off by ${numberText(numberOf(violation))}`}
            </dd>
          </div>
        ))}
      </dl>
      {trial.message && <p className={styles.message}>{trial.message}</p>}
    </section>
  );
}
