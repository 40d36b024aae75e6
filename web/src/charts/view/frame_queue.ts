// Work that follows a drag, spread over frames so that the drag itself stays smooth: in each frame
// tasks run for a few milliseconds, the longest waiting first.
const BUDGET_MS = 5;

const waiting = new Map<object, () => void>();
let scheduled = false;

// Runs `task` in one of the next frames. A later task of the same owner takes its place, so that
// what is out of date is never drawn.
export function runInFrame(owner: object, task: () => void): void {
  waiting.set(owner, task);
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(runFrame);
}

export function cancelInFrame(owner: object): void {
  waiting.delete(owner);
}

function runFrame(): void {
  const begin = performance.now();
  for (const [owner, task] of waiting) {
    waiting.delete(owner);
    task();
    if (performance.now() - begin > BUDGET_MS) break;
  }
  scheduled = waiting.size > 0;
  if (scheduled) requestAnimationFrame(runFrame);
}
