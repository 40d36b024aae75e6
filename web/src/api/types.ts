// The messages of qalam.v1 as the HTTP API sends them. Zeros, false and empty lists are present;
// only what is marked optional may be absent.

// JSON has no NaN and no infinity.
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';

export type ObjectiveType = 'minimize' | 'maximize';

export type ExperimentState =
  'Created' | 'Running' | 'Restarting' | 'Succeeded' | 'Failed' | 'Stopped';

export type TrialState =
  'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Killed' | 'EarlyStopped' | 'MetricsUnavailable';

export const EXPERIMENT_STATES: readonly ExperimentState[] = [
  'Created',
  'Running',
  'Restarting',
  'Succeeded',
  'Failed',
  'Stopped',
];

export const TRIAL_STATES: readonly TrialState[] = [
  'Pending',
  'Running',
  'Succeeded',
  'Failed',
  'Killed',
  'EarlyStopped',
  'MetricsUnavailable',
];

export interface Fault {
  source: string;
  line: number; // from 1; 0 when the place is unknown
  column: number; // from 1
  field: string;
  message: string;
}

export interface TrialCounts {
  pending: number;
  running: number;
  succeeded: number;
  failed: number;
  killed: number;
  earlyStopped: number;
  metricsUnavailable: number;
}

export interface ParameterAssignment {
  name: string;
  value: string;
}

export interface MetricSummary {
  name: string;
  min: JsonNumber;
  max: JsonNumber;
  latest: JsonNumber;
  count: number;
  text: string; // the last value that was no number
}

export interface Trial {
  uid: string;
  namespace: string;
  name: string;
  experiment: string;
  number: number;
  state: TrialState;
  reason: string;
  message: string;
  parameters: ParameterAssignment[];
  labels: Record<string, string>;
  metrics: MetricSummary[];
  objectiveValue?: JsonNumber;
  created?: string;
  started?: string;
  completed?: string;
  workDir: string;
  additionalObjectiveValues: JsonNumber[];
  violations: JsonNumber[];
  feasible: boolean;
}

export interface AdditionalObjective {
  metric: string;
  type: ObjectiveType;
}

interface ExperimentBase {
  uid: string;
  namespace: string;
  name: string;
  state: ExperimentState;
  reason: string;
  message: string;
  paused: boolean;
  seed: string;
  created?: string;
  started?: string;
  completed?: string;
  counts: TrialCounts;
  bestTrial?: Trial;
  maxTrialCount: number; // 0 means without bound
  parallelTrialCount: number;
  objectiveMetric: string;
  objectiveType: ObjectiveType;
  algorithm: string;
  version: number;
  workDir: string;
  additionalObjectives: AdditionalObjective[];
  algorithmChoice: string;
  clientRun?: boolean; // its trials are run by the programs that ask for them
}

export interface ExperimentSummary extends ExperimentBase {
  sparkline: JsonNumber[]; // the incumbent's objective over the trials
}

export interface Experiment extends ExperimentBase {
  documentYaml: string;
  bestTrials: Trial[];
}

export interface ExperimentName {
  namespace: string;
  name: string;
}

export interface ExperimentEvent {
  sequence: number;
  time: string;
  trial: string; // empty for an event of the experiment itself
  reason: string;
  message: string;
}

export type SettingType = 'int' | 'double' | 'bool' | 'string' | 'choice';

export interface AlgorithmSetting {
  name: string;
  type: SettingType;
  default: string;
  allowed: string; // for people: "0 < x <= 1", "one of: a, b"
  help: string;
}

export interface Algorithm {
  name: string;
  summary: string;
  citation: string;
  settings: AlgorithmSetting[];
  capabilities: Record<string, boolean | string>;
}

// Of early stopping.
export type StoppingRule = Omit<Algorithm, 'capabilities'>;

export interface Example {
  name: string;
  title: string;
  document: string;
}

export interface ValidateReply {
  faults: Fault[];
  experiments: ExperimentName[];
  choices: string[];
  document?: unknown; // the first experiment with its defaults, when it has no fault
}

export interface ServerInfo {
  version: string;
  database: string;
  runsTrials: boolean;
  operator: string;
  workers: number;
  startedAt: string;
  experiments: Partial<Record<ExperimentState, number>>;
  trials: Partial<Record<TrialState, number>>;
  queue: { pending: number; running: number };
  store: { bytes: number };
  rates: { metricPointsPerSecond: number; trialsPerMinute: number };
  watchers: number;
  insecure: boolean; // open to other machines without a token
}

// One entry a trial in every array, in order of the trials' numbers.
export interface TrialTable {
  change: number;
  numbers: number[];
  names: string[];
  states: number[]; // indices into stateNames
  stateNames: TrialState[];
  created: (number | null)[]; // Unix milliseconds
  started: (number | null)[];
  completed: (number | null)[];
  objectives: { metric: string; type: ObjectiveType; values: (JsonNumber | null)[] }[];
  feasible: (0 | 1)[];
  parameters: TableParameter[];
  metrics: {
    name: string;
    latest: (JsonNumber | null)[];
    min: (JsonNumber | null)[];
    max: (JsonNumber | null)[];
  }[];
  labels: { name: string; categories: string[]; values: (number | null)[] }[];
}

export type TableParameter =
  | { name: string; kind: 'number'; log: boolean; values: (number | null)[] }
  | { name: string; kind: 'category'; categories: string[]; values: (number | null)[] };

export interface CurveSeries {
  number: number;
  steps: number[];
  times: number[];
  values: JsonNumber[];
}

export interface Curves {
  metric: string;
  series: CurveSeries[];
}

export interface MetricSeries {
  metric: string;
  total: number;
  steps: number[];
  times: number[]; // Unix milliseconds
  values: JsonNumber[];
  texts: string[];
}

export interface Importance {
  evaluator: string;
  objective: string; // the metric's name
  trials: number;
  importances: { parameter: string; importance: number }[];
  pairs: { parameters: [string, string]; importance: number }[];
}

export interface TrialHistoryEntry {
  time: string;
  state: TrialState;
  reason: string;
  message: string;
}

export interface TrialDetail extends Trial {
  command: string[];
  manifest: unknown;
  history: TrialHistoryEntry[];
}

export interface TrialFile {
  path: string;
  size: number;
  modified: string;
}

export interface ArchitectureGraph {
  title: string;
  nodes: { id: string; label: string; kind: string }[];
  edges: { from: string; to: string; kind: string }[];
}

export interface Architecture {
  kind: 'cells' | 'chain';
  graphs: ArchitectureGraph[];
  parameterCount?: number;
}
