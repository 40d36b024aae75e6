import { topics } from '../../api/events';
import { getExperiment } from '../../api/experiments';
import type { Experiment, ExperimentName } from '../../api/types';
import { useResource, type Resource } from '../../app/use_resource';

export interface ShownExperiment extends Experiment {
  deleted?: boolean; // by somebody, while the page is open
}

// An experiment, live. Events bring all but its document, which never changes, and its best trials.
export function useExperiment(name: ExperimentName): Resource<ShownExperiment> {
  return useResource<ShownExperiment>(
    `experiment ${name.namespace}/${name.name}`,
    (signal) => getExperiment(name, signal),
    {
      topics: [topics.experiment(name)],
      events: (update) => ({
        experiment: ({ experiment }) =>
          update((shown) => ({
            ...shown,
            ...experiment,
            documentYaml: shown.documentYaml,
            bestTrials: shown.bestTrials,
          })),
        deleted: () => update((shown) => ({ ...shown, deleted: true })),
      }),
    },
  );
}
