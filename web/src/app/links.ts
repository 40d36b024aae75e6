import { path, queryString } from '../api/client';
import type { ExperimentName } from '../api/types';

// The addresses of the pages; app/routes.tsx holds the other side.
export const links = {
  experiments: () => '/experiments',
  newExperiment: (from: { example?: string; experiment?: ExperimentName } = {}) => {
    const { example, experiment } = from;
    const cloned = experiment && `${experiment.namespace}/${experiment.name}`;
    return '/new' + queryString({ example, experiment: cloned });
  },
  experiment: ({ namespace, name }: ExperimentName) => path('experiments', namespace, name),
  trial: ({ namespace, name }: ExperimentName) => path('trials', namespace, name),
  architecture: ({ namespace, name }: ExperimentName) => path('architecture', namespace, name),
  compare: (experiments: readonly ExperimentName[] = []) => {
    const names = experiments.map(({ namespace, name }) => `${namespace}/${name}`);
    return '/compare' + queryString({ experiment: names });
  },
  algorithms: (name?: string) => '/algorithms' + (name ? path(name) : ''),
  system: () => '/system',
};
