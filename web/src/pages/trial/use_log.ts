import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '../../api/client';
import { eventStream } from '../../api/event_stream';
import { topics } from '../../api/events';
import { getLogs } from '../../api/trials';
import { append, logOf, prepend, type LogLines } from './log_lines';

const PART_BYTES = 256 * 1024;

export interface FollowedLog {
  log: LogLines | undefined;
  error: ApiError | undefined;
  loadEarlier: () => Promise<void>;
}

// A trial's output: its end first, then whatever is written, and what was before when asked for.
export function useLog(namespace: string, name: string): FollowedLog {
  const [log, setLog] = useState<LogLines>();
  const [error, setError] = useState<ApiError>();
  const latest = useRef<LogLines>(undefined);
  const set = useCallback((next: LogLines) => {
    latest.current = next;
    setLog(next);
  }, []);

  useEffect(() => {
    const abort = new AbortController();
    let subscription: { close: () => void } | undefined;
    const load = async () => {
      try {
        const { text, offset, nextOffset } = await getLogs(
          { namespace, name },
          { tail: PART_BYTES },
          abort.signal,
        );
        if (abort.signal.aborted) return;
        set(logOf(text, offset, nextOffset));
        setError(undefined);
        subscription ??= eventStream.subscribe([topics.logs({ namespace, name })], {
          logOffset: () => latest.current?.end ?? 0,
          log: ({ offset: begin, nextOffset: end, text: added }) => {
            const now = latest.current;
            // After a lost connection what is known already may come again, or a part be missing.
            if (!now || end <= now.end) return;
            if (begin === now.end) set(append(now, added, end));
            else void load();
          },
          reset: () => void load(),
        });
      } catch (failure) {
        if (!abort.signal.aborted && failure instanceof ApiError) setError(failure);
      }
    };
    void load();
    return () => {
      abort.abort();
      subscription?.close();
    };
  }, [namespace, name, set]);

  const loadEarlier = useCallback(async () => {
    const now = latest.current;
    if (!now || now.begin === 0) return;
    const offset = Math.max(0, now.begin - PART_BYTES);
    const { text } = await getLogs({ namespace, name }, { offset });
    const current = latest.current;
    if (!current || current.begin !== now.begin) return;
    // The answer may reach beyond where the known part begins.
    const part = new TextDecoder().decode(
      new TextEncoder().encode(text).subarray(0, now.begin - offset),
    );
    set(prepend(current, part, offset));
  }, [namespace, name, set]);

  return { log, error, loadEarlier };
}
