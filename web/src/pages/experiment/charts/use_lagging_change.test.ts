import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useLaggingChange } from './use_lagging_change';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start() {
  const { result, rerender } = renderHook(({ change, live }) => useLaggingChange(change, live), {
    initialProps: { change: 0, live: true },
  });
  const pass = (time: number) => act(() => vi.advanceTimersByTime(time));
  return { result, pass, set: (change: number, live = true) => rerender({ change, live }) };
}

it('follows changes that never rest', () => {
  const { result, pass, set } = start();
  for (let change = 1; change <= 60; ++change) {
    set(change);
    pass(500);
  }
  expect(result.current).toBeGreaterThan(50);
});

it('takes the last change at once when nothing is live any more', () => {
  const { result, pass, set } = start();
  set(1);
  set(2, false);
  pass(0);
  expect(result.current).toBe(2);
});
