import { useEffect, useState } from 'react';
import { ApiError } from '../../api/client';
import { eventStream } from '../../api/event_stream';
import { topics } from '../../api/events';
import { getExperiment, getTable } from '../../api/experiments';
import type { ExperimentName } from '../../api/types';
import { LiveTable } from '../experiment/live_table';
import { nameText, type Compared } from './compared';

export interface ComparedState {
  readonly loaded: ReadonlyMap<string, Compared>;
  readonly errors: ReadonlyMap<string, ApiError>;
}

// The experiments of a comparison, live, by "NAMESPACE/NAME". `names` is such names, with commas.
export function useCompared(names: readonly ExperimentName[]): ComparedState {
  const [loaded, setLoaded] = useState<ReadonlyMap<string, Compared>>(new Map());
  const [errors, setErrors] = useState<ReadonlyMap<string, ApiError>>(new Map());
  const key = names.map(nameText).join(',');

  useEffect(() => {
    const abort = new AbortController();
    const closes = key
      .split(',')
      .filter((text) => text !== '')
      .map((text) => {
        const [namespace, name] = text.split('/') as [string, string];
        return follow(
          { namespace, name },
          abort.signal,
          (change) => {
            setLoaded((now) => new Map(now).set(text, { ...now.get(text)!, ...change }));
          },
          (error) => setErrors((now) => new Map(now).set(text, error)),
        );
      });
    return () => {
      abort.abort();
      for (const close of closes) close();
    };
  }, [key]);
  return { loaded, errors };
}

function follow(
  name: ExperimentName,
  signal: AbortSignal,
  publish: (change: Partial<Compared>) => void,
  fail: (error: ApiError) => void,
): () => void {
  const live = new LiveTable((table) => publish({ table }));
  const load = async () => {
    try {
      const [experiment, table] = await Promise.all([
        getExperiment(name, signal),
        getTable(name, signal),
      ]);
      if (signal.aborted) return;
      publish({ experiment });
      live.load(table);
    } catch (error) {
      if (!signal.aborted && error instanceof ApiError) fail(error);
    }
  };
  const subscription = eventStream.subscribe([topics.experiment(name)], {
    trials: (event) => live.apply(event),
    reset: () => {
      live.reset();
      void load();
    },
  });
  void subscription.ready.then(load);
  return () => {
    live.close();
    subscription.close();
  };
}
