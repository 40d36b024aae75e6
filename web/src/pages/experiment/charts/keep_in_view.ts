const SETTLE_MS = 3000;
const TAKEN_OVER = ['wheel', 'touchstart', 'pointerdown', 'keydown'] as const;

// Scrolls to an element and stays with it while what is above it is still being made, until the
// user scrolls or all should have settled. Returns what ends it.
export function keepInView(id: string, container: HTMLElement): () => void {
  const show = () => document.getElementById(id)?.scrollIntoView();
  const observer = new ResizeObserver(show);
  observer.observe(container);
  const timer = setTimeout(end, SETTLE_MS);
  for (const event of TAKEN_OVER) window.addEventListener(event, end, { passive: true });
  show();
  return end;

  function end(): void {
    clearTimeout(timer);
    observer.disconnect();
    for (const event of TAKEN_OVER) window.removeEventListener(event, end);
  }
}
