import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { editBudget } from '../../api/experiments';
import { EditBudgetDialog, rebased } from './EditBudgetDialog';
import type { ShownExperiment } from './use_experiment';

vi.mock('../../api/experiments', () => ({ editBudget: vi.fn(), getExperiment: vi.fn() }));

it('changes the budget of an experiment whose trials clients run', async () => {
  const experiment = { maxTrialCount: 10, parallelTrialCount: 0, version: 3 } as ShownExperiment;
  const close = vi.fn();
  render(<EditBudgetDialog experiment={experiment} reload={vi.fn()} onClose={close} />);
  expect(screen.getByLabelText('Trials at once')).toHaveValue('');
  const max = screen.getByLabelText('Trials in all');
  await userEvent.clear(max);
  await userEvent.type(max, '20');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(editBudget).toHaveBeenCalledWith(experiment, { maxTrialCount: 20 }, 3);
  expect(close).toHaveBeenCalled();
});

it('follows a count that was unset', () => {
  const texts = { maxTrialCount: '', parallelTrialCount: '', maxFailedTrialCount: '' };
  const unset = { maxTrialCount: 0, parallelTrialCount: 0 };
  const set = { maxTrialCount: 40, parallelTrialCount: 4 };
  const shown = { ...texts, maxTrialCount: '40', parallelTrialCount: '4' };
  expect(rebased(texts, unset, set)).toEqual(shown);
  expect(rebased(shown, set, unset)).toEqual(texts);
});
