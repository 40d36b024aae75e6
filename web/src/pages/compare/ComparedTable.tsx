import { Link } from 'wouter';
import { optionalNumberOf } from '../../api/numbers';
import type { ExperimentName } from '../../api/types';
import { links } from '../../app/links';
import { useScheme } from '../../app/theme';
import { Button } from '../../components/Button';
import { countText, numberText } from '../../components/number_text';
import { finishedTrials } from '../../components/ProgressBar';
import { StateBadge } from '../../components/StateBadge';
import { Duration } from '../../components/Time';
import { DARK_CHART, LIGHT_CHART } from '../../charts/draw/chart_theme';
import { lineColor } from '../../charts/kinds/compared';
import { incumbentPoints, nameText, type Compared } from './compared';
import styles from './compare.module.css';

export function ComparedTable({
  compared,
  onRemove,
}: {
  compared: readonly Compared[];
  onRemove: (name: ExperimentName) => void;
}) {
  const theme = useScheme() === 'dark' ? DARK_CHART : LIGHT_CHART;
  const objectives = new Set(compared.map(({ experiment }) => objectiveText(experiment)));
  return (
    <section className={styles.card} aria-label="Compared experiments">
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Compared experiments">
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Experiment</th>
              <th scope="col">State</th>
              <th scope="col">Algorithm</th>
              <th scope="col">Objective</th>
              <th scope="col">Best</th>
              <th scope="col">Best after</th>
              <th scope="col">Trials</th>
              <th scope="col">Took</th>
              <th scope="col">
                <span className="visually-hidden">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {compared.map(({ experiment, table }, index) => {
              const last = incumbentPoints(table, 'trials').at(-1);
              return (
                <tr key={nameText(experiment)}>
                  <th scope="row">
                    <span
                      className={styles.swatch}
                      style={{ background: lineColor(theme, index) }}
                    />
                    <Link href={links.experiment(experiment)}>{experiment.name}</Link>
                  </th>
                  <td>
                    <StateBadge state={experiment.state} paused={experiment.paused} />
                  </td>
                  <td>{experiment.algorithm}</td>
                  <td>{objectiveText(experiment)}</td>
                  <td className={styles.number}>
                    {numberText(optionalNumberOf(experiment.bestTrial?.objectiveValue))}
                  </td>
                  <td className={styles.number}>{last ? `${countText(last.at)} trials` : '–'}</td>
                  <td className={styles.number}>{countText(finishedTrials(experiment.counts))}</td>
                  <td className={styles.number}>
                    <Duration from={experiment.started} to={experiment.completed} />
                  </td>
                  <td>
                    <Button
                      small
                      kind="quiet"
                      icon="close"
                      aria-label={`Leave out ${experiment.name}`}
                      onClick={() => onRemove(experiment)}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {objectives.size > 1 && (
        <p className={styles.warning}>
          The objectives differ: values of different metrics lie on one axis here.
        </p>
      )}
    </section>
  );
}

function objectiveText({
  objectiveType,
  objectiveMetric,
}: {
  objectiveType: string;
  objectiveMetric: string;
}): string {
  return `${objectiveType} ${objectiveMetric}`;
}
