import { useSyncExternalStore } from 'react';

// The size of letters that charts are drawn for, pixels.
const USUAL = 15;

// How many times larger than usual the page's letters are: charts are enlarged with them, so that
// they can be read on very large screens.
export function useZoom(): number {
  return useSyncExternalStore(subscribe, zoomNow);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
}

function zoomNow(): number {
  return (parseFloat(getComputedStyle(document.documentElement).fontSize) || USUAL) / USUAL;
}
