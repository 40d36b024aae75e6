// A bar from `start` to `end` (places on the axis) in a lane.
export interface Bar {
  start: number;
  end: number;
  readonly lane: number;
  readonly kind: number; // bars of another kind are never merged
}

// Bars that are drawn as one since no pixel lies between them: what comes in order of `start` is
// merged with the bar before it in the same lane when that is of its kind and the gap is less than
// `pixel`. A bar is never lost: it is at least one pixel wide.
export function mergeBars(bars: readonly Bar[], pixel: number): Bar[] {
  const merged: Bar[] = [];
  const last = new Map<number, Bar>();
  for (const bar of bars) {
    const before = last.get(bar.lane);
    if (
      before &&
      before.kind === bar.kind &&
      bar.start - before.end < pixel &&
      (bar.end - bar.start < pixel || before.end - before.start < pixel)
    ) {
      before.end = Math.max(before.end, bar.end);
      continue;
    }
    const own = { ...bar, end: Math.max(bar.end, bar.start) };
    merged.push(own);
    last.set(bar.lane, own);
  }
  return merged;
}
