import { describe, expect, it } from 'vitest';
import type { ExperimentPage, ExperimentQuery } from '../../api/experiments';
import type { ExperimentSummary } from '../../api/types';
import {
  appendPage,
  applyExperiment,
  compareExperiments,
  queryOf,
  removeExperiment,
} from './experiment_list';

function experiment(name: string, changes: Partial<ExperimentSummary> = {}): ExperimentSummary {
  return {
    namespace: 'default',
    name,
    state: 'Running',
    algorithm: 'tpe',
    version: 1,
    ...changes,
  } as ExperimentSummary;
}

function page(...experiments: ExperimentSummary[]): ExperimentPage {
  return { experiments, nextCursor: '', total: experiments.length };
}

function names({ experiments }: ExperimentPage): string[] {
  return experiments.map(({ name }) => name);
}

const BY_NAME: ExperimentQuery = { sort: 'name', order: 'asc' };

describe('queryOf', () => {
  it('reads the address and leaves out what it does not know', () => {
    const query = queryOf(new URLSearchParams('search=x&state=Failed&state=Nonsense&sort=age'));
    expect(query).toMatchObject({ search: 'x', state: ['Failed'], sort: 'created', order: 'desc' });
    expect(queryOf(new URLSearchParams('sort=name'))).toMatchObject({ order: 'asc' });
  });
});

describe('applyExperiment', () => {
  it('puts a new experiment in its place', () => {
    const next = applyExperiment(page(experiment('a'), experiment('c')), experiment('b'), BY_NAME);
    expect(names(next)).toEqual(['a', 'b', 'c']);
    expect(next.total).toBe(3);
  });

  it('replaces one by its newer version, never by an older', () => {
    const now = page(experiment('a', { version: 5 }));
    expect(applyExperiment(now, experiment('a', { version: 4 }), BY_NAME)).toBe(now);
    const next = applyExperiment(now, experiment('a', { version: 6, state: 'Failed' }), BY_NAME);
    expect(next.experiments).toMatchObject([{ version: 6, state: 'Failed' }]);
    expect(next.total).toBe(1);
  });

  it('takes away what the filters no longer mean', () => {
    const now = page(experiment('a'), experiment('b'));
    const query = { ...BY_NAME, state: ['Running'] as const };
    const next = applyExperiment(now, experiment('a', { version: 2, state: 'Failed' }), query);
    expect(names(next)).toEqual(['b']);
    expect(next.total).toBe(1);
    expect(applyExperiment(now, experiment('z'), { ...BY_NAME, search: 'q' })).toEqual(now);
  });

  it('only counts what belongs behind the rows that are loaded', () => {
    const now = { ...page(experiment('a')), nextCursor: 'more', total: 10 };
    const next = applyExperiment(now, experiment('z'), BY_NAME);
    expect(names(next)).toEqual(['a']);
    expect(next.total).toBe(11);
  });
});

it('orders by each column, with what has no value last', () => {
  const best = (value: number) => ({ bestTrial: { objectiveValue: value } as never });
  const rows = [experiment('none'), experiment('low', best(1)), experiment('high', best(2))];
  const order = (descending: boolean) =>
    [...rows]
      .sort(compareExperiments({ sort: 'best', order: descending ? 'desc' : 'asc' }))
      .map(({ name }) => name);
  expect(order(false)).toEqual(['low', 'high', 'none']);
  expect(order(true)).toEqual(['high', 'low', 'none']);
});

it('removes one, and appends a page without doubles', () => {
  const now = { ...page(experiment('a'), experiment('b')), nextCursor: 'x', total: 3 };
  expect(names(removeExperiment(now, { namespace: 'default', name: 'a' }))).toEqual(['b']);
  const next = appendPage(now, page(experiment('b'), experiment('c')));
  expect(names(next)).toEqual(['a', 'b', 'c']);
  expect(next.nextCursor).toBe('');
});
