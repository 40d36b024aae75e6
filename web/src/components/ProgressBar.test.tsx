import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { ProgressBar } from './ProgressBar';

const COUNTS = {
  pending: 1,
  running: 2,
  succeeded: 10,
  failed: 1,
  killed: 0,
  earlyStopped: 3,
  metricsUnavailable: 0,
};

it('says how much of the budget has ended, and how', () => {
  render(<ProgressBar counts={COUNTS} budget={30} />);
  const bar = screen.getByRole('progressbar');
  expect(bar).toHaveAttribute('aria-valuenow', '14');
  expect(bar).toHaveAttribute('aria-valuemax', '30');
  expect(bar).toHaveAttribute(
    'aria-valuetext',
    '14 of 30 trials: 10 succeeded, 3 early stopped, 1 failed, 2 running',
  );
});

it('does without a budget', () => {
  render(<ProgressBar counts={COUNTS} budget={0} />);
  expect(screen.getByRole('progressbar')).toHaveAttribute('aria-valuemax', '17');
});
