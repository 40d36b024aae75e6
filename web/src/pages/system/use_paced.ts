import { useCallback, useEffect, useRef } from 'react';

// Calls what it is given at most once in `pace` milliseconds: at once, and once more at the end
// when there were further calls.
export function usePaced(pace: number): (action: () => void) => void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const waiting = useRef<(() => void) | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(
    (action: () => void) => {
      if (timer.current !== undefined) {
        waiting.current = action;
        return;
      }
      const rest = () => {
        timer.current = setTimeout(() => {
          timer.current = undefined;
          const last = waiting.current;
          waiting.current = undefined;
          if (!last) return;
          last();
          rest();
        }, pace);
      };
      action();
      rest();
    },
    [pace],
  );
}
