import { act, renderHook, waitFor } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/client';
import { useResource } from './use_resource';

function later<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

describe('useResource', () => {
  it('loads, and keeps what it has when a reload fails', async () => {
    const load = vi.fn<() => Promise<string>>().mockResolvedValueOnce('first');
    const { result } = renderHook(() => useResource('key', load));
    expect(result.current).toMatchObject({ data: undefined, loading: true });
    await waitFor(() => expect(result.current.data).toBe('first'));
    load.mockRejectedValueOnce(new ApiError(503, 'UNAVAILABLE', 'busy'));
    act(() => result.current.reload());
    await waitFor(() => expect(result.current.error?.code).toBe('UNAVAILABLE'));
    expect(result.current.data).toBe('first');
  });

  it('makes changes that came while an answer was under way to the answer', async () => {
    const answer = later<string[]>();
    const { result } = renderHook(() => useResource('key', () => answer.promise));
    await act(async () => undefined);
    act(() => result.current.update((rows) => [...rows, 'event']));
    expect(result.current.data).toBeUndefined();
    await act(async () => answer.resolve(['row']));
    expect(result.current.data).toEqual(['row', 'event']);
  });

  it('shows nothing of another key, and ignores an answer that is no longer wanted', async () => {
    const answers: Record<string, ReturnType<typeof later<string>>> = {
      a: later<string>(),
      b: later<string>(),
    };
    const { result, rerender } = renderHook(
      ({ name }) => useResource(name, () => answers[name]?.promise ?? Promise.reject()),
      { initialProps: { name: 'a' } },
    );
    await act(async () => undefined);
    rerender({ name: 'b' });
    await act(async () => answers.a?.resolve('of a'));
    expect(result.current).toMatchObject({ data: undefined, loading: true });
    await act(async () => answers.b?.resolve('of b'));
    expect(result.current).toMatchObject({ data: 'of b', loading: false });
  });
});
