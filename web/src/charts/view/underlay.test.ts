import { describe, expect, it } from 'vitest';
import { isChart } from '../chart';
import { largeTable, smallTable } from '../data/test_table';
import type { TrialTable } from '../data/trial_table';
import { LIGHT_CHART } from '../draw/chart_theme';
import { historyChart } from '../kinds/history';
import { packedColor } from './pixels';
import { splitLargeSeries } from './underlay';

function optionOf(table: TrialTable) {
  const options = { objective: 0, x: 'number', log: false } as const;
  const model = historyChart({ table, width: 600, theme: LIGHT_CHART, options });
  if (!isChart(model)) throw new Error('no chart');
  return model.option;
}

describe('splitLargeSeries', () => {
  it('leaves lines and few points to ECharts', () => {
    const { option, large } = splitLargeSeries(optionOf(largeTable(50_000, 1)));
    expect(large).toHaveLength(1);
    expect((option.series as { id: string }[]).map((one) => one.id)).toEqual(['incumbent', 'best']);
    expect(option.backgroundColor).toBe('transparent');
  });
  it('leaves a small chart as it is', () => {
    const option = optionOf(smallTable());
    expect(splitLargeSeries(option).option).toBe(option);
  });
});

describe('packedColor', () => {
  it('puts red into the lowest byte', () => {
    expect(packedColor('#010203', 1)).toBe(0xff030201);
    expect(packedColor('#ffffff', 0)).toBe(0x00ffffff);
  });
});
