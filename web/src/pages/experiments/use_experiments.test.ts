import { act, renderHook } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { listExperiments, type ExperimentPage, type ExperimentQuery } from '../../api/experiments';
import type { ExperimentSummary } from '../../api/types';
import { useExperiments } from './use_experiments';

vi.mock('../../api/experiments', () => ({ listExperiments: vi.fn() }));
vi.mock('../../api/event_stream', () => ({
  eventStream: { subscribe: () => ({ ready: Promise.resolve(), close: () => undefined }) },
}));

function page(nextCursor: string, ...names: string[]): ExperimentPage {
  const experiments = names.map((name) => ({ namespace: 'default', name }) as ExperimentSummary);
  return { experiments, nextCursor, total: 4 };
}

const FIRST = page('2.b', 'a', 'b');

async function start(query: ExperimentQuery = {}) {
  const hook = renderHook((props: ExperimentQuery) => useExperiments(props), {
    initialProps: query,
  });
  await act(async () => undefined);
  return hook;
}

function namesOf(page: ExperimentPage | undefined) {
  return page?.experiments.map(({ name }) => name);
}

beforeEach(() => {
  vi.mocked(listExperiments).mockImplementation(async ({ cursor } = {}) =>
    cursor === '2.b' ? page('', 'c', 'd') : FIRST,
  );
});

it('asks for the next page once', async () => {
  const { result } = await start();
  await act(async () => {
    result.current.loadMore();
    result.current.loadMore();
  });
  expect(listExperiments).toHaveBeenCalledTimes(2);
  expect(namesOf(result.current.data)).toEqual(['a', 'b', 'c', 'd']);
});

it('loads the next page again after the list was loaded anew', async () => {
  const { result } = await start();
  await act(async () => result.current.loadMore());
  await act(async () => result.current.reload());
  expect(namesOf(result.current.data)).toEqual(['a', 'b']);
  await act(async () => result.current.loadMore());
  expect(namesOf(result.current.data)).toEqual(['a', 'b', 'c', 'd']);
});

it('leaves out a page of the query before', async () => {
  const { result, rerender } = await start({ search: 'old' });
  let answer: (page: ExperimentPage) => void = () => undefined;
  vi.mocked(listExperiments).mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  act(() => result.current.loadMore());
  await act(async () => rerender({ search: 'new' }));
  await act(async () => answer(page('', 'of-old')));
  expect(namesOf(result.current.data)).toEqual(['a', 'b']);
  await act(async () => result.current.loadMore());
  expect(namesOf(result.current.data)).toEqual(['a', 'b', 'c', 'd']);
});
