import { startTransition, useCallback, useEffect, useState } from 'react';
import { ApiError } from '../../api/client';
import { eventStream } from '../../api/event_stream';
import { topics } from '../../api/events';
import { getTable } from '../../api/experiments';
import type { TrialTable } from '../../charts/data/trial_table';
import { LiveTable } from './live_table';

export interface LiveTrials {
  table: TrialTable | undefined;
  error: ApiError | undefined;
  reload: () => void;
}

// All trials of an experiment, live.
export function useTrialTable(namespace: string, name: string): LiveTrials {
  const [table, setTable] = useState<TrialTable>();
  const [error, setError] = useState<ApiError>();
  const [attempt, setAttempt] = useState(0);
  const reload = useCallback(() => setAttempt((count) => count + 1), []);

  useEffect(() => {
    const abort = new AbortController();
    let first = true;
    const live = new LiveTable((next) => {
      // What is typed or dragged goes before what comes in; the first table goes before all.
      if (first) setTable(next);
      else startTransition(() => setTable(next));
      first = false;
    });
    const load = async () => {
      try {
        const wire = await getTable({ namespace, name }, abort.signal);
        if (abort.signal.aborted) return;
        live.load(wire);
        setError(undefined);
      } catch (failure) {
        if (!abort.signal.aborted && failure instanceof ApiError) setError(failure);
      }
    };
    const subscription = eventStream.subscribe([topics.experiment({ namespace, name })], {
      trials: (event) => live.apply(event),
      reset: () => {
        live.reset();
        void load();
      },
    });
    void subscription.ready.then(load);
    return () => {
      abort.abort();
      live.close();
      subscription.close();
    };
  }, [namespace, name, attempt]);

  useEffect(() => setTable(undefined), [namespace, name]);
  return { table, error, reload };
}
