import { useCallback, useEffect, useState } from 'react';
import { ApiError } from '../../api/client';
import { eventStream } from '../../api/event_stream';
import { topics } from '../../api/events';
import { getMetrics } from '../../api/trials';
import { LiveMetrics, type LiveMetric } from './live_metrics';

// As many points as a wide chart has pixels.
const POINTS = 1000;

export interface ShownMetrics {
  metrics: readonly LiveMetric[] | undefined;
  error: ApiError | undefined;
  reload: () => void;
}

// Every metric of a trial, live.
export function useMetrics(namespace: string, name: string): ShownMetrics {
  const [metrics, setMetrics] = useState<readonly LiveMetric[]>();
  const [error, setError] = useState<ApiError>();
  const [attempt, setAttempt] = useState(0);
  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  useEffect(() => {
    const abort = new AbortController();
    const load = async () => {
      try {
        const reply = await getMetrics({ namespace, name }, { points: POINTS }, abort.signal);
        if (abort.signal.aborted) return;
        live.load(reply);
        setError(undefined);
      } catch (failure) {
        if (!abort.signal.aborted && failure instanceof ApiError) setError(failure);
      }
    };
    const live = new LiveMetrics(setMetrics, () => void load());
    const subscription = eventStream.subscribe([topics.trial({ namespace, name })], {
      metrics: (event) => live.apply(event),
      reset: () => {
        live.reset();
        void load();
      },
    });
    // What comes before the answer waits for it, so nothing is missed by not waiting here.
    void load();
    return () => {
      abort.abort();
      subscription.close();
    };
  }, [namespace, name, attempt]);
  return { metrics, error, reload };
}
