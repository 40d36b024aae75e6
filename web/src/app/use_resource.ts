import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '../api/client';
import { eventStream, type EventHandlers } from '../api/event_stream';
import type { Topic } from '../api/events';
import { through } from './use_events';

export interface Resource<T> {
  data: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  reload: () => void;
  // Applies a change that an event brought, without asking the server.
  update: (change: (data: T) => T) => void;
}

export interface LiveOptions<T> {
  topics?: readonly Topic[];
  // How events change what was loaded; `reset` is always a reload.
  events?: (update: Resource<T>['update'], reload: () => void) => EventHandlers;
  // Shows what the previous key loaded until the new one has.
  keepPrevious?: boolean;
}

interface State<T> {
  key: string;
  data?: T;
  error?: ApiError;
  loading: boolean;
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, 'BROKEN', error instanceof Error ? error.message : String(error));
}

// Loads what `key` stands for and keeps it live. With topics, it subscribes before it loads, so that
// no change falls between the two.
export function useResource<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  options: LiveOptions<T> = {},
): Resource<T> {
  const [state, setState] = useState<State<T>>({ key, loading: true });
  const [attempt, setAttempt] = useState(0);
  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  // Changes that come while an answer is under way may be newer than it: they are made to it too.
  // A change is a whole new row or point, so that making it twice does no harm.
  const changes = useRef<((data: T) => T)[] | undefined>(undefined);
  const update = useCallback((change: (data: T) => T) => {
    changes.current?.push(change);
    setState((now) => (now.data === undefined ? now : { ...now, data: change(now.data) }));
  }, []);

  const latestLoad = useRef(load);
  const handlers = useRef<EventHandlers>({});
  const ready = useRef<Promise<void>>(Promise.resolve());
  useEffect(() => {
    latestLoad.current = load;
    handlers.current = { ...options.events?.(update, reload), reset: reload };
  });

  const topics = options.topics?.join(',') ?? '';
  useEffect(() => {
    if (topics === '') return;
    const subscription = eventStream.subscribe(topics.split(',') as Topic[], through(handlers));
    ready.current = subscription.ready;
    return () => {
      ready.current = Promise.resolve();
      subscription.close();
    };
  }, [topics]);

  useEffect(() => {
    const abort = new AbortController();
    setState((now) => ({ ...now, loading: true }));
    const run = async () => {
      await ready.current;
      if (abort.signal.aborted) return;
      changes.current = [];
      try {
        const loaded = await latestLoad.current(abort.signal);
        if (abort.signal.aborted) return;
        let data: T = loaded;
        for (const change of changes.current ?? []) data = change(data);
        changes.current = undefined;
        setState({ key, data, loading: false });
      } catch (error) {
        if (abort.signal.aborted) return;
        changes.current = undefined;
        // A reload that fails leaves what is shown; the error says that it may be old.
        setState((now) => ({
          key,
          data: now.key === key ? now.data : undefined,
          error: asApiError(error),
          loading: false,
        }));
      }
    };
    void run();
    return () => abort.abort();
  }, [key, attempt]);

  const current = state.key === key || options.keepPrevious;
  return {
    data: current ? state.data : undefined,
    error: state.key === key ? state.error : undefined,
    loading: state.loading || state.key !== key,
    reload,
    update,
  };
}
