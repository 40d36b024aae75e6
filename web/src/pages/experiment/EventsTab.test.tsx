import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listEvents } from '../../api/experiments';
import type { ExperimentEvent } from '../../api/types';
import { smallTable } from '../../charts/data/test_table';
import EventsTab from './EventsTab';
import type { ExperimentView } from './experiment_view';
import type { ShownExperiment } from './use_experiment';

vi.mock('../../api/experiments', () => ({ listEvents: vi.fn() }));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

// As many events as there are, of which the server gives the last ones that are asked for.
function answerWith(count: number) {
  const all = Array.from({ length: count }, (_, i): ExperimentEvent => {
    return { sequence: i + 1, time: '', trial: '', reason: `event ${i + 1}`, message: '' };
  });
  vi.mocked(listEvents).mockImplementation(async (_, { latest, limit = 0 } = {}) =>
    latest ? all.slice(-limit) : all.slice(0, limit),
  );
}

function tab(change: number, version = 1) {
  const experiment = { namespace: 'default', name: 'one', version } as ShownExperiment;
  const view = { table: smallTable({ change }) } as ExperimentView;
  return <EventsTab experiment={experiment} view={view} />;
}

const pass = (time: number) => act(() => vi.advanceTimersByTimeAsync(time));

it('shows the latest events, the last first, and says that there are more', async () => {
  answerWith(2500);
  render(tab(0));
  await pass(0);
  const rows = screen.getAllByRole('listitem');
  expect(rows).toHaveLength(1000);
  expect(rows[0]).toHaveTextContent('event 2500');
  expect(rows[999]).toHaveTextContent('event 1501');
  expect(screen.getByText(/There are earlier ones/)).toBeInTheDocument();
});

it('says nothing of more when it shows all', async () => {
  answerWith(1000);
  render(tab(0));
  await pass(0);
  expect(screen.getAllByRole('listitem')).toHaveLength(1000);
  expect(screen.queryByText(/There are earlier ones/)).not.toBeInTheDocument();
});

it('links the trials that are there', async () => {
  const event = (sequence: number, trial: string) =>
    ({ sequence, time: '', trial, reason: '', message: '' }) as ExperimentEvent;
  vi.mocked(listEvents).mockResolvedValue([event(1, 't-0'), event(2, 'gone'), event(3, '')]);
  render(tab(0));
  await pass(0);
  expect(screen.getAllByRole('link').map((link) => link.textContent)).toEqual(['t-0']);
});

it('loads again every two seconds while changes never rest, and once after the last', async () => {
  answerWith(3);
  const { rerender } = render(tab(0));
  for (let change = 1; change <= 20; ++change) {
    await pass(500);
    rerender(tab(change));
  }
  const during = vi.mocked(listEvents).mock.calls.length;
  expect(during).toBeGreaterThanOrEqual(4);
  expect(during).toBeLessThanOrEqual(6); // the first, and at most one in 2 s of 10 s
  await pass(2000);
  const after = vi.mocked(listEvents).mock.calls.length;
  expect(after).toBe(during + 1);
  await pass(10_000);
  expect(listEvents).toHaveBeenCalledTimes(after);
});

it('loads again when the experiment alone has changed', async () => {
  answerWith(3);
  const { rerender } = render(tab(0, 1));
  await pass(10_000);
  expect(listEvents).toHaveBeenCalledTimes(1);
  rerender(tab(0, 2));
  await pass(2000);
  expect(listEvents).toHaveBeenCalledTimes(2);
});
