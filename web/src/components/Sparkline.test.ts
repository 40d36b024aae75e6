import { expect, it } from 'vitest';
import { sparklinePoints } from './Sparkline';

it('spans the drawing and leaves out what is no number', () => {
  expect(sparklinePoints([0, NaN, 1])).toEqual([
    [2, 20],
    [94, 2],
  ]);
});

it('draws a level line in the middle, and nothing of nothing', () => {
  expect(sparklinePoints([5, 5]).map(([, y]) => y)).toEqual([11, 11]);
  expect(sparklinePoints([NaN])).toEqual([]);
});
