import { useEffect, useState } from 'react';

const LAG_MS = 3000;

// The change sequence, a new one every few seconds at most: for what is costly to load again. When
// nothing is live any more, the last one counts at once.
export function useLaggingChange(change: number, live: boolean): number {
  const [lagging, setLagging] = useState(change);
  const behind = change !== lagging;
  useEffect(() => {
    if (!behind) return;
    const timer = setTimeout(() => setLagging(change), live ? LAG_MS : 0);
    return () => clearTimeout(timer);
    // A change during the lag must not begin it anew: the newest is taken when it ends.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [behind, live]);
  return lagging;
}
