import { topics } from '../../api/events';
import { getMetrics } from '../../api/trials';
import type { ExperimentName, MetricSeries } from '../../api/types';
import { useResource, type Resource } from '../../app/use_resource';
import { decodeNumber } from '../../charts/data/decode_table';
import type { MetricCurve } from '../../charts/kinds/metric';

// As many points as a wide chart has pixels.
const POINTS = 1000;
// Beyond so many the server is asked to choose anew.
const MOST_POINTS = 3000;

export interface LiveMetric extends MetricCurve {
  readonly texts: readonly string[]; // values that were no numbers; '' where it was one
}

// Every metric of a trial, live.
export function useMetrics(name: ExperimentName): Resource<LiveMetric[]> {
  return useResource<LiveMetric[]>(
    `metrics ${name.namespace}/${name.name}`,
    async (signal) => (await getMetrics(name, { points: POINTS }, signal)).map(decodeMetric),
    {
      topics: [topics.trial(name)],
      events: (update, reload) => ({
        metrics: ({ series }) => {
          update((metrics) => series.reduce(appendPoints, metrics));
          update((metrics) => {
            if (metrics.some((one) => one.values.length > MOST_POINTS)) reload();
            return metrics;
          });
        },
      }),
    },
  );
}

export function decodeMetric(series: MetricSeries): LiveMetric {
  return {
    metric: series.metric,
    total: series.total,
    steps: Float64Array.from(series.steps),
    times: Float64Array.from(series.times),
    values: Float64Array.from(series.values, decodeNumber),
    texts: series.texts ?? [],
  };
}

export function appendPoints(
  metrics: LiveMetric[],
  series: Omit<MetricSeries, 'total'>,
): LiveMetric[] {
  const added = decodeMetric({ ...series, total: series.values.length });
  const index = metrics.findIndex((one) => one.metric === series.metric);
  if (index < 0) return [...metrics, added];
  const known = metrics[index]!;
  const merged: LiveMetric = {
    metric: known.metric,
    total: known.total + added.total,
    steps: joined(known.steps, added.steps),
    times: joined(known.times, added.times),
    values: joined(known.values, added.values),
    texts: [...known.texts, ...added.texts],
  };
  return metrics.with(index, merged);
}

function joined(first: Float64Array, second: Float64Array): Float64Array {
  const both = new Float64Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
