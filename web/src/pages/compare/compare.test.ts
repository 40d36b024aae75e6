import { describe, expect, it } from 'vitest';
import { smallTable } from '../../charts/data/test_table';
import { incumbentEnd, incumbentPoints, parseNames } from './compared';

describe('parseNames', () => {
  it('leaves out what is no name, and what comes again', () => {
    expect(parseNames('default/a,b,default/a,/x,n/b,a/b/c')).toEqual([
      { namespace: 'default', name: 'a' },
      { namespace: 'n', name: 'b' },
    ]);
    expect(parseNames('')).toEqual([]);
    expect(parseNames(Array.from({ length: 20 }, (_, i) => `n/e${i}`).join(','))).toHaveLength(12);
  });
});

describe('incumbentPoints', () => {
  it('count trials or time', () => {
    const table = smallTable({ completed: [5000, 2200, 4200, 3500, null, 7000] });
    expect(incumbentPoints(table, 'trials').map(({ at, value }) => [at, value])).toEqual([
      [1, 0.5],
      [2, 0.7],
    ]);
    // Trial 1 ends first, and nothing after it is better.
    expect(incumbentPoints(table, 'time').map(({ at, value }) => [at, value])).toEqual([
      [2100, 0.7],
    ]);
    expect(incumbentEnd(table, 'trials')).toBe(6);
    expect(incumbentEnd(table, 'time')).toBe(6900);
  });
});
