import { useEffect, useRef, useState } from 'react';

// The value, a new one every `pause` milliseconds at most. Changes that come meanwhile do not begin
// the pause anew: the newest is taken when it ends, and so is always the last one.
export function useThrottled<T>(value: T, pause: number): T {
  const [taken, setTaken] = useState(value);
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  const behind = !Object.is(value, taken);
  useEffect(() => {
    if (!behind) return;
    const timer = setTimeout(() => setTaken(latest.current), pause);
    return () => clearTimeout(timer);
  }, [behind, taken, pause]);
  return taken;
}
