import type { ExperimentName } from '../../api/types';
import { useUrlState } from '../../app/url_state';
import { Checkbox, Select } from '../../components/Field';
import { EmptyState, ErrorState, LoadingState } from '../../components/States';
import { NearView } from '../../charts/view/NearView';
import { MetricCard } from './MetricCard';
import type { LiveMetric } from './live_metrics';
import { useMetrics } from './use_metrics';
import styles from './trial.module.css';

const MOST_SMOOTHING = 0.99;

// Every metric's curve, all on the same settings.
export function MetricsSection({ name, ended }: { name: ExperimentName; ended: boolean }) {
  const { metrics: data, error, reload } = useMetrics(name.namespace, name.name);
  const [parameters, change] = useUrlState();
  const x = parameters.get('x') === 'time' ? 'time' : 'step';
  const log = parameters.has('log');
  const given = Number(parameters.get('smoothing')) || 0;
  const smoothing = Math.min(MOST_SMOOTHING, Math.max(0, given));
  if (error && !data) return <ErrorState error={error} onRetry={reload} />;
  if (!data) return <LoadingState />;
  if (data.length === 0) {
    return (
      <EmptyState title="No metric has been reported.">
        {ended
          ? 'The trial has ended. Its output below tells whether it printed “name=value” lines.'
          : 'Points appear here as the trial reports them.'}
      </EmptyState>
    );
  }
  const curves = data.filter((metric) => metric.values.some((value) => !Number.isNaN(value)));
  return (
    <>
      <div className={styles.metricBar}>
        <h2>Metrics</h2>
        <Select
          aria-label="Horizontal axis"
          options={[
            { value: 'step', label: 'by step' },
            { value: 'time', label: 'by time' },
          ]}
          value={x}
          onChange={(value) => change({ x: value === 'step' ? undefined : value })}
        />
        <Checkbox
          label="log scale"
          checked={log}
          onChange={(checked) => change({ log: checked ? '1' : undefined })}
        />
        <label className={styles.smoothing}>
          smoothing
          <input
            type="range"
            min="0"
            max={MOST_SMOOTHING}
            step="0.01"
            value={smoothing}
            onChange={(event) =>
              change({ smoothing: event.target.value === '0' ? undefined : event.target.value })
            }
          />
          <output>{smoothing.toFixed(2)}</output>
        </label>
      </div>
      <div className={styles.metrics}>
        {curves.map((metric, index) => (
          <NearView key={metric.metric} id={`metric-${index}`} eager={index < 4}>
            <MetricCard
              metric={metric}
              index={index}
              trial={name.name}
              options={{ x, log, smoothing }}
            />
          </NearView>
        ))}
      </div>
      <Texts metrics={data} />
    </>
  );
}

// What was reported under a metric's name and is no number, e.g. the genotype of a search.
function Texts({ metrics }: { metrics: readonly LiveMetric[] }) {
  const texts = metrics
    .map((metric) => ({ name: metric.metric, text: metric.texts.findLast((text) => text !== '') }))
    .filter(({ text }) => text !== undefined);
  if (texts.length === 0) return null;
  return (
    <section className={styles.card} aria-label="Texts">
      <h2>Texts</h2>
      {texts.map(({ name, text }) => (
        <div key={name}>
          <h3>{name}</h3>
          <pre className={styles.text}>{text}</pre>
        </div>
      ))}
    </section>
  );
}
