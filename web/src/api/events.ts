import type { ExperimentName, ExperimentSummary, MetricSeries, ServerInfo, Trial } from './types';

// What a stream may be asked for: the list of experiments, the server's own state, one experiment
// with its trials, one trial with its metrics, or a trial's output.
export type Topic =
  | 'experiments'
  | 'system'
  | `experiment/${string}/${string}`
  | `trial/${string}/${string}`
  | LogTopic;
export type LogTopic = `logs/${string}/${string}`;

export const topics = {
  experiments: 'experiments' as const,
  system: 'system' as const,
  experiment: ({ namespace, name }: ExperimentName) => `experiment/${namespace}/${name}` as const,
  trial: ({ namespace, name }: ExperimentName) => `trial/${namespace}/${name}` as const,
  logs: ({ namespace, name }: ExperimentName) => `logs/${namespace}/${name}` as const,
};

export interface TrialsEvent {
  experiment: string; // NAMESPACE/NAME
  change: number;
  trials: Trial[];
}

// The points that came after the change `since`, up to `change`.
export interface MetricsEvent {
  trial: string; // NAMESPACE/NAME
  since: number;
  change: number;
  series: Omit<MetricSeries, 'total'>[];
}

export interface LogEvent {
  trial: string; // NAMESPACE/NAME
  offset: number; // in bytes
  nextOffset: number;
  text: string;
}

// The event's name in the stream, and what it carries.
export interface EventData {
  experiment: { experiment: ExperimentSummary };
  deleted: ExperimentName;
  trials: TrialsEvent;
  metrics: MetricsEvent;
  trial: { trial: Trial };
  log: LogEvent;
  system: ServerInfo;
}

export type EventName = keyof EventData;

export const EVENT_NAMES: readonly EventName[] = [
  'experiment',
  'deleted',
  'trials',
  'metrics',
  'trial',
  'log',
  'system',
];

// The topics whose subscribers an event is for.
export function topicsOf<Name extends EventName>(name: Name, data: EventData[Name]): string[] {
  switch (name) {
    case 'experiment': {
      const { experiment } = data as EventData['experiment'];
      return [topics.experiments, topics.experiment(experiment)];
    }
    case 'deleted':
      return [topics.experiments, topics.experiment(data as EventData['deleted'])];
    case 'system':
      return [topics.system];
    case 'trials':
      return [`experiment/${(data as TrialsEvent).experiment}`];
    case 'trial':
      return [topics.trial((data as EventData['trial']).trial)];
    case 'metrics':
      return [`trial/${(data as MetricsEvent).trial}`];
    default:
      return [`logs/${(data as LogEvent).trial}`];
  }
}
