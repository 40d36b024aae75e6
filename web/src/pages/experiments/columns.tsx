import type { ColumnDef } from '@tanstack/react-table';
import { Link } from 'wouter';
import { numberOf, optionalNumberOf } from '../../api/numbers';
import type { ExperimentSummary } from '../../api/types';
import { links } from '../../app/links';
import { numberText } from '../../components/number_text';
import { ProgressBar } from '../../components/ProgressBar';
import { Sparkline } from '../../components/Sparkline';
import { StateBadge } from '../../components/StateBadge';
import { Time } from '../../components/Time';
import styles from './experiments.module.css';

type Column = ColumnDef<ExperimentSummary>;

function Name({ experiment }: { experiment: ExperimentSummary }) {
  const { namespace, name } = experiment;
  return (
    <Link href={links.experiment(experiment)} className={styles.name} title={name}>
      {namespace !== 'default' && <span className={styles.namespace}>{namespace}/</span>}
      {name}
    </Link>
  );
}

function Progress({ experiment }: { experiment: ExperimentSummary }) {
  const { name, counts, maxTrialCount } = experiment;
  return <ProgressBar counts={counts} budget={maxTrialCount} label={`Progress of ${name}`} />;
}

function Best({ experiment }: { experiment: ExperimentSummary }) {
  const { bestTrial, objectiveMetric, objectiveType } = experiment;
  const value = optionalNumberOf(bestTrial?.objectiveValue);
  if (value === undefined) return <span className={styles.muted}>–</span>;
  const arrow = objectiveType === 'maximize' ? '↑' : '↓';
  return (
    <span title={`${objectiveMetric}: ${value} (${objectiveType})`}>
      <span className={styles.value}>{numberText(value)}</span>{' '}
      <span className={styles.metric}>
        {arrow}&thinsp;{objectiveMetric}
      </span>
    </span>
  );
}

const NAME: Column = {
  id: 'name',
  header: 'Name',
  meta: { width: 'minmax(12rem, 2.4fr)', sort: 'name' },
  cell: ({ row }) => <Name experiment={row.original} />,
};

const BEST: Column = {
  id: 'best',
  header: 'Best',
  meta: { width: 'minmax(9rem, 1.6fr)', sort: 'best' },
  cell: ({ row }) => <Best experiment={row.original} />,
};

export const WIDE_COLUMNS: Column[] = [
  NAME,
  {
    id: 'state',
    header: 'State',
    meta: { width: '8.5rem', sort: 'state' },
    cell: ({ row: { original } }) => <StateBadge state={original.state} paused={original.paused} />,
  },
  {
    id: 'progress',
    header: 'Trials',
    meta: { width: 'minmax(10rem, 1.6fr)' },
    cell: ({ row }) => <Progress experiment={row.original} />,
  },
  BEST,
  {
    id: 'trend',
    header: 'Trend',
    meta: { width: '8rem' },
    cell: ({ row: { original } }) => (
      <Sparkline values={original.sparkline.map(numberOf)} label={`Best of ${original.name}`} />
    ),
  },
  {
    id: 'algorithm',
    header: 'Algorithm',
    meta: { width: 'minmax(8rem, 1fr)' },
    cell: ({ row: { original } }) => (
      <Link href={links.algorithms(original.algorithm)} title={original.algorithmChoice}>
        {original.algorithm}
      </Link>
    ),
  },
  {
    id: 'created',
    header: 'Age',
    meta: { width: '7.5rem', sort: 'created', align: 'end' },
    cell: ({ row }) => <Time value={row.original.created} relative />,
  },
];

// For telephones: two lines a row.
export const NARROW_COLUMNS: Column[] = [
  {
    ...NAME,
    meta: { width: 'minmax(0, 1fr)', sort: 'name' },
    cell: ({ row: { original } }) => (
      <div className={styles.stack}>
        <Name experiment={original} />
        <Progress experiment={original} />
      </div>
    ),
  },
  {
    ...BEST,
    meta: { width: '7.5rem', sort: 'best', align: 'end' },
    cell: ({ row: { original } }) => (
      <div className={`${styles.stack} ${styles.end}`}>
        <StateBadge state={original.state} paused={original.paused} />
        <span className={styles.value}>
          {numberText(optionalNumberOf(original.bestTrial?.objectiveValue))}
        </span>
      </div>
    ),
  },
];
