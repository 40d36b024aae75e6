import { useThrottled } from '../../../app/use_throttled';

const LAG_MS = 3000;

// The change sequence, a new one every few seconds at most: for what is costly to load again. When
// nothing is live any more, the last one counts at once.
export function useLaggingChange(change: number, live: boolean): number {
  return useThrottled(change, live ? LAG_MS : 0);
}
