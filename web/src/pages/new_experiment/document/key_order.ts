// In which order people expect the keys of a map, so that what the form adds does not land at the
// end. By the map's path, with list indices as *.
const ORDERS: Record<string, readonly string[]> = {
  '': ['apiVersion', 'kind', 'metadata', 'spec'],
  metadata: ['name', 'generateName', 'namespace', 'labels', 'annotations'],
  spec: [
    'objective',
    'algorithm',
    'earlyStopping',
    'seed',
    'maxTrialCount',
    'parallelTrialCount',
    'maxFailedTrialCount',
    'resumePolicy',
    'parameters',
    'constraints',
    'nasConfig',
    'initialTrials',
    'warmStart',
    'trialRunner',
    'metricsCollectorSpec',
    'trialTemplate',
  ],
  'spec.objective': [
    'type',
    'goal',
    'objectiveMetricName',
    'additionalMetricNames',
    'additionalObjectives',
    'metricStrategies',
  ],
  'spec.trialTemplate': [
    'retain',
    'timeout',
    'primaryContainerName',
    'trialParameters',
    'trialSpec',
  ],
  'spec.parameters.*': ['name', 'parameterType', 'feasibleSpace', 'activeWhen'],
  'spec.parameters.*.feasibleSpace': ['min', 'max', 'step', 'list', 'distribution'],
  'spec.trialTemplate.trialParameters.*': ['name', 'description', 'reference'],
};

// Where a new key belongs among those that are there.
export function keyPosition(
  mapPath: readonly (string | number)[],
  key: string,
  present: readonly string[],
): number {
  const name = mapPath.map((step) => (typeof step === 'number' ? '*' : step)).join('.');
  const order = ORDERS[name] ?? [];
  const rank = order.indexOf(key);
  if (rank < 0) return present.length;
  const later = present.findIndex((other) => order.indexOf(other) > rank);
  return later < 0 ? present.length : later;
}
