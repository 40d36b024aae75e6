import { describe, expect, it } from 'vitest';
import { smallTable } from '../../charts/data/test_table';
import { firstColumns, tableColumns } from './columns';
import { compareTrials } from './compare';
import { parseSort, printSort, sortRows } from './sort_rows';

const table = smallTable();
const columns = tableColumns(table);
const column = (id: string) => columns.find((one) => one.id === id)!;
const all = Int32Array.of(0, 1, 2, 3, 4, 5);

describe('columns', () => {
  it('are all that the experiment has, each once', () => {
    expect(columns.map(({ id }) => id)).toEqual([
      'number',
      'state',
      'duration',
      'waited',
      'completed',
      'objective.0',
      'objective.1',
      'parameter.lr',
      'parameter.layer',
    ]);
    expect(column('parameter.layer').text(1)).toBe('pool');
    expect(column('parameter.layer').text(5)).toBe('–');
    expect(column('duration').text(0)).toBe('1.0 s');
    expect(firstColumns(columns)).not.toContain('waited');
  });
});

describe('sortRows', () => {
  it('puts what has no value last, either way', () => {
    const rows = sortRows(all, column('objective.0'), false);
    expect([...rows]).toEqual([0, 2, 1, 5, 3, 4]);
    expect([...sortRows(all, column('objective.0'), true)]).toEqual([5, 1, 2, 0, 3, 4]);
    expect([...sortRows(all, undefined, true)]).toEqual([...all]);
  });
  it('is printed as it is read', () => {
    expect(parseSort(printSort({ by: 'objective.0', descending: true })!)).toEqual({
      by: 'objective.0',
      descending: true,
    });
    expect(parseSort(null)).toBeUndefined();
  });
});

describe('compareTrials', () => {
  it('marks what differs and which is best', () => {
    const lines = compareTrials(table, [1, 2, 5]);
    const line = (id: string) => lines.find((one) => one.column.id === id)!;
    expect(line('objective.0')).toMatchObject({ texts: ['0.7', '0.6', '0.9'], best: 0 });
    expect(line('objective.1').best).toBe(1);
    expect(line('state').differs).toBe(false);
    expect(line('parameter.lr').differs).toBe(true);
  });
});
