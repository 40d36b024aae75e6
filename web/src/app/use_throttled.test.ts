import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useThrottled } from './use_throttled';

const PAUSE = 1000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start() {
  const { result, rerender } = renderHook(({ value }) => useThrottled(value, PAUSE), {
    initialProps: { value: 0 },
  });
  const pass = (time: number) => act(() => vi.advanceTimersByTime(time));
  return { result, pass, set: (value: number) => rerender({ value }) };
}

it('goes on while the value changes oftener than that, and never more often', () => {
  const { result, pass, set } = start();
  const taken = new Set<number>();
  for (let value = 1; value <= 50; ++value) {
    set(value);
    pass(PAUSE / 10);
    taken.add(result.current);
  }
  expect(taken.size).toBeGreaterThanOrEqual(4);
  expect(taken.size).toBeLessThanOrEqual(6);
  expect(result.current).toBeGreaterThan(35);
});

it('takes the last value within the pause, and then rests', () => {
  const { result, pass, set } = start();
  set(1);
  pass(PAUSE / 2);
  set(2);
  expect(result.current).toBe(0);
  pass(PAUSE / 2);
  expect(result.current).toBe(2);
  expect(vi.getTimerCount()).toBe(0);
  set(3);
  pass(PAUSE);
  expect(result.current).toBe(3);
});
