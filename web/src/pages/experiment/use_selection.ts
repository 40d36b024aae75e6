import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { useUrlState } from '../../app/url_state';
import { parseRanges, printRanges } from '../../charts/data/number_ranges';
import { TrialSelection } from '../../charts/data/trial_selection';
import { SelectionStore } from '../../charts/view/selection_store';
import { parseBrush, printBrush } from '../../charts/view/stored_brush';

const REST_MS = 400;
// Longer ones do not fit an address that servers take.
const MOST_TEXT = 1500;

// The page's selection: begun from the address, and written back once it rests.
export function useSelectionStore(): SelectionStore {
  const [parameters, change] = useUrlState();
  const [store] = useState(
    () =>
      new SelectionStore(
        TrialSelection.of(parseRanges(parameters.get('selected') ?? '')),
        parseBrush(parameters.get('brush') ?? ''),
      ),
  );
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    // A click on another tab meanwhile must not be undone: the address that would be written is
    // still the old tab's then.
    const writeOnceAtRest = () => {
      clearTimeout(timer);
      const { pathname } = window.location;
      timer = setTimeout(() => {
        if (window.location.pathname === pathname) change(addressOf(store));
        else writeOnceAtRest();
      }, REST_MS);
    };
    const unsubscribe = store.subscribe(writeOnceAtRest);
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, [store, change]);
  return store;
}

export function addressOf(store: SelectionStore): { selected?: string; brush?: string } {
  if (store.selection.isEmpty) return { selected: undefined, brush: undefined };
  if (store.brush) return { selected: undefined, brush: printBrush(store.brush) };
  const text = printRanges(store.selection.numbers());
  return { selected: text.length <= MOST_TEXT ? text : undefined, brush: undefined };
}

// The selection as it is now, for what may be a frame late behind a drag.
export function useSelection(store: SelectionStore): TrialSelection {
  const subscribe = useCallback(
    (listener: () => void) => store.subscribe(throttled(listener)),
    [store],
  );
  return useSyncExternalStore(subscribe, () => store.selection);
}

const SHOW_MS = 100;

// At once, and then once in a while for as long as it goes on.
function throttled(listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const rest = () => {
    timer = again ? setTimeout(rest, SHOW_MS) : undefined;
    if (again) listener();
    again = false;
  };
  return () => {
    if (timer === undefined) {
      timer = setTimeout(rest, SHOW_MS);
      listener();
    } else {
      again = true;
    }
  };
}
