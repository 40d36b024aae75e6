import { useCallback, useEffect, useRef } from 'react';
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
  // The page that is on its way. Once it has come the same cursor may be asked for again: a list
  // that is loaded anew often ends at the same row.
  const asked = useRef<{ cursor: string; abort: AbortController }>(undefined);
  useEffect(() => {
    return () => {
      asked.current?.abort.abort();
      asked.current = undefined;
    };
  }, [key]);
  const loadMore = useCallback(() => {
    if (cursor === '' || asked.current?.cursor === cursor) return;
    const abort = new AbortController();
    asked.current?.abort.abort();
    asked.current = { cursor, abort };
    const { signal } = abort;
    listExperiments({ ...(JSON.parse(key) as ExperimentQuery), limit: PAGE_SIZE, cursor }, signal)
      .then((next) => {
        if (signal.aborted) return;
        update((page) => (page.nextCursor === cursor ? appendPage(page, next) : page));
      })
      .catch((error: unknown) => {
        if (!signal.aborted) toastError(error);
      })
      .finally(() => {
        if (asked.current?.abort === abort) asked.current = undefined;
      });
  }, [cursor, key, update]);
  return { ...resource, loadMore };
}
