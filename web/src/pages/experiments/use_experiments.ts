import { useCallback, useRef } from 'react';
import { topics } from '../../api/events';
import { listExperiments, type ExperimentPage, type ExperimentQuery } from '../../api/experiments';
import { useResource, type Resource } from '../../app/use_resource';
import { toastError } from '../../app/toasts';
import { appendPage, applyExperiment, removeExperiment } from './experiment_list';

const PAGE_SIZE = 500;

export interface LiveExperiments extends Resource<ExperimentPage> {
  loadMore: () => void;
}

// The experiments that the query means, kept live.
export function useExperiments(query: ExperimentQuery): LiveExperiments {
  const key = JSON.stringify(query);
  const resource = useResource(
    key,
    (signal) => listExperiments({ ...query, limit: PAGE_SIZE }, signal),
    {
      topics: [topics.experiments],
      events: (update) => ({
        experiment: ({ experiment }) => update((page) => applyExperiment(page, experiment, query)),
        deleted: (name) => update((page) => removeExperiment(page, name)),
      }),
      keepPrevious: true,
    },
  );

  const { data, update } = resource;
  const cursor = data?.nextCursor ?? '';
  const asked = useRef('');
  const loadMore = useCallback(() => {
    if (cursor === '' || asked.current === cursor) return;
    asked.current = cursor;
    listExperiments({ ...(JSON.parse(key) as ExperimentQuery), limit: PAGE_SIZE, cursor })
      .then((next) => {
        update((page) => (page.nextCursor === cursor ? appendPage(page, next) : page));
      })
      .catch((error: unknown) => {
        asked.current = '';
        toastError(error);
      });
  }, [cursor, key, update]);
  return { ...resource, loadMore };
}
