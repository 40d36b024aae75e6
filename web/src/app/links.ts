import { path, queryString } from '../api/client';
import type { ExperimentName } from '../api/types';

// The addresses of the pages; app/routes.tsx holds the other side.
export const links = {
  experiments: () => '/experiments',
  newExperiment: (start: { example?: string; from?: ExperimentName } = {}) => {
    const from = start.from && `${start.from.namespace}/${start.from.name}`;
    return '/new' + queryString({ example: start.example, from });
  },
  experiment: ({ namespace, name }: ExperimentName) => path('experiments', namespace, name),
  trial: ({ namespace, name }: ExperimentName) => path('trials', namespace, name),
  architecture: ({ namespace, name }: ExperimentName) => path('architecture', namespace, name),
  compare: (names: readonly ExperimentName[] = []) => {
    const experiments = names.map(({ namespace, name }) => `${namespace}/${name}`).join(',');
    return '/compare' + queryString({ experiments });
  },
  algorithms: (name?: string) => '/algorithms' + (name ? path(name) : ''),
  system: () => '/system',
};
