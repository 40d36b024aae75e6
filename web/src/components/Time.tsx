import { useNow } from '../app/clock';
import { agoText, durationText, exactTime, exactTimeWithZone } from './time_text';

// A moment in the viewer's zone. `relative` says how long ago; the exact time is on hover.
export function Time({ value, relative }: { value: string | undefined; relative?: boolean }) {
  const now = useNow();
  if (!value) return <span aria-label="none">–</span>;
  const time = new Date(value);
  return (
    <time dateTime={value} title={exactTimeWithZone(time)}>
      {relative ? agoText(time, now) : exactTime(time)}
    </time>
  );
}

// From one moment to another, or to now.
export function Duration({ from, to }: { from: string | undefined; to?: string | undefined }) {
  const now = useNow();
  if (!from) return <span aria-label="none">–</span>;
  const end = to ? new Date(to).getTime() : now;
  return <span>{durationText(end - new Date(from).getTime())}</span>;
}
