import type { MetricsEvent } from '../../api/events';
import type { MetricsReply } from '../../api/trials';
import type { MetricSeries } from '../../api/types';
import { decodeNumber } from '../../charts/data/decode_table';
import type { MetricCurve } from '../../charts/kinds/metric';

// Beyond so many points of a metric the server is asked to choose anew.
const MOST_POINTS = 3000;

export interface LiveMetric extends MetricCurve {
  readonly texts: readonly string[]; // values that were no numbers; '' where it was one
}

// A trial's metrics as they grow: loaded once, then kept by events.
export class LiveMetrics {
  private change: number | undefined; // undefined while they are being loaded
  private metrics: readonly LiveMetric[] = [];
  private waiting: MetricsEvent[] = [];

  constructor(
    private readonly publish: (metrics: readonly LiveMetric[]) => void,
    private readonly loadAgain: () => void,
  ) {}

  load({ change, series }: MetricsReply): void {
    this.change = change;
    this.metrics = series.map(decodeMetric);
    const waiting = this.waiting;
    this.waiting = [];
    for (const event of waiting) this.take(event);
    this.publish(this.metrics);
  }

  // What was loaded no longer counts; events wait for what is loaded next.
  reset(): void {
    this.change = undefined;
  }

  apply(event: MetricsEvent): void {
    if (this.change === undefined) {
      this.waiting.push(event);
      return;
    }
    if (this.take(event)) this.publish(this.metrics);
  }

  private take(event: MetricsEvent): boolean {
    if (this.change === undefined || event.change <= this.change) return false;
    // Some of its points are known, and it does not tell which.
    const overlaps = event.since < this.change;
    const tooMany = this.metrics.some((metric) => metric.values.length > MOST_POINTS);
    if (overlaps || tooMany) {
      this.reset();
      this.waiting.push(event);
      this.loadAgain();
      return false;
    }
    this.change = event.change;
    this.metrics = event.series.reduce(appendPoints, this.metrics);
    return true;
  }
}

function decodeMetric(series: MetricSeries): LiveMetric {
  return {
    metric: series.metric,
    total: series.total,
    // A point that was reported without a step has null.
    steps: Float64Array.from(series.steps, (step) => step ?? -1),
    times: Float64Array.from(series.times),
    values: Float64Array.from(series.values, decodeNumber),
    texts: series.texts,
  };
}

function appendPoints(
  metrics: readonly LiveMetric[],
  series: Omit<MetricSeries, 'total'>,
): readonly LiveMetric[] {
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
