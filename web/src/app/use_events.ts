import { useEffect, useRef, useSyncExternalStore } from 'react';
import { eventStream, type ConnectionState, type EventHandlers } from '../api/event_stream';
import type { Topic } from '../api/events';

// Hears a page's events for as long as it is shown. The handlers may change on every render.
export function useEvents(topics: readonly Topic[], handlers: EventHandlers): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  const key = topics.join(',');
  useEffect(() => {
    if (key === '') return;
    return eventStream.subscribe(key.split(',') as Topic[], through(latest)).close;
  }, [key]);
}

// Handlers that look up the newest ones when an event comes.
export function through(latest: { current: EventHandlers }): EventHandlers {
  return {
    experiment: (data) => latest.current.experiment?.(data),
    deleted: (data) => latest.current.deleted?.(data),
    trials: (data) => latest.current.trials?.(data),
    metrics: (data) => latest.current.metrics?.(data),
    trial: (data) => latest.current.trial?.(data),
    log: (data) => latest.current.log?.(data),
    system: (data) => latest.current.system?.(data),
    reset: () => latest.current.reset?.(),
    ...(latest.current.logOffset && { logOffset: () => latest.current.logOffset?.() ?? 0 }),
  };
}

export function useConnection(): ConnectionState {
  return useSyncExternalStore(
    (listener) => eventStream.onState(listener),
    () => eventStream.state,
  );
}
