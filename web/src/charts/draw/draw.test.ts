import { describe, expect, it } from 'vitest';
import { formatNumber } from './format_number';
import { mergeBars } from './merge_bars';
import { mix, rampColor, LIGHT_CHART } from './chart_theme';
import { markPixels, pixelX, pixelY, placeX, placeY, pointMarks, type Panel } from './panel';
import { columnScale, labelOf, linearScale, logScale, ticksOf, valueScale } from './scale';
import { estimateSurface, levelLines } from './surface';
import { thinMarks, thinRows } from './thin';
import { linearTicks, logTicks, timeTicks } from './ticks';
import { turned } from './turn';

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [1234567, '1.235e6'],
    [0.00001, '1e−5'],
    [-0.5, '−0.5'],
    [0.123456, '0.1235'],
    [42, '42'],
    [NaN, '–'],
    [Infinity, '∞'],
  ])('%s is %s', (value, text) => expect(formatNumber(value)).toBe(text));
});

describe('ticks', () => {
  it('are round numbers within the ends', () => {
    expect(linearTicks(0.03, 1.02)).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(-7, 7, 4)).toEqual([-5, 0, 5]);
    expect(linearTicks(3, 3)).toEqual([3]);
    expect(logTicks(0.0001, 1)).toEqual([0.0001, 0.001, 0.01, 0.1, 1]);
    expect(logTicks(1, 20)).toEqual([1, 3, 10]);
    expect(logTicks(2, 3)).toEqual([2, 2.2, 2.4, 2.6, 2.8, 3]);
  });
  it('fall on whole minutes', () => {
    const hour = 3600e3;
    const ticks = timeTicks(1_700_000_000_123, 1_700_000_000_123 + hour, 4);
    expect(ticks.length).toBeGreaterThan(2);
    for (const tick of ticks) expect(tick % 60e3).toBe(0);
  });
});

describe('scales', () => {
  it('hold their values with room and without crossing zero', () => {
    expect(linearScale([0, 10])).toMatchObject({ low: 0 });
    expect(linearScale([0, 10]).high).toBeGreaterThanOrEqual(10.4);
    const one = linearScale([5, 5]);
    expect(one.low).toBeLessThan(5);
    expect(one.high).toBeGreaterThan(5);
  });
  it('use logarithms only where there is something positive', () => {
    expect(valueScale([new Float64Array([1, 100])], true).kind).toBe('log');
    expect(valueScale([new Float64Array([-1, -2])], true).kind).toBe('linear');
    const scale = logScale([0.01, 1]);
    expect(ticksOf(scale).map((tick) => labelOf(scale, tick))).toEqual([
      '0.01',
      '0.03',
      '0.1',
      '0.3',
      '1',
    ]);
  });
  it('give each category its place', () => {
    const scale = columnScale({
      name: 'c',
      kind: 'category',
      log: false,
      categories: ['a', 'b'],
      values: new Float64Array([0, 1]),
    });
    expect([scale.low, scale.high]).toEqual([-0.5, 1.5]);
    expect(ticksOf(scale).map((tick) => labelOf(scale, tick))).toEqual(['a', 'b']);
  });
});

function panelOf(x: number[], y: number[]): Panel {
  return {
    rect: { left: 100, top: 10, width: 200, height: 100 },
    x: { kind: 'linear', low: 0, high: 10, categories: [] },
    y: { kind: 'linear', low: 0, high: 1, categories: [] },
    xName: '',
    yName: '',
    marks: pointMarks(Float64Array.from(x), Float64Array.from(y)),
  };
}

describe('panels', () => {
  it('map to pixels and back', () => {
    const panel = panelOf([0, 10, 5], [0, 1, 0.25]);
    const pixels = markPixels(panel);
    expect([...pixels.x]).toEqual([100, 300, 200]);
    expect([...pixels.y]).toEqual([110, 10, 85]);
    expect(placeX(panel, pixelX(panel, 3.7))).toBeCloseTo(3.7);
    expect(placeY(panel, pixelY(panel, 0.2))).toBeCloseTo(0.2);
  });
});

describe('thinMarks', () => {
  it('keeps a mark in every cell that has one, the outlier too', () => {
    const count = 20_000;
    const x = Array.from({ length: count }, (_, i) => (i === 77 ? 9.9 : 2 + (i % 50) * 0.001));
    const y = Array.from({ length: count }, (_, i) => (i === 77 ? 0.99 : 0.5));
    const panel = panelOf(x, y);
    const kept = [...thinMarks(panel, panel.marks.rows)];
    expect(kept).toContain(77);
    expect(kept.length).toBeLessThan(10);
  });
  it('keeps the last of a cell, which is drawn on top', () => {
    const panel = panelOf(
      Array.from({ length: 3000 }, () => 1),
      Array.from({ length: 3000 }, () => 0.5),
    );
    expect([...thinMarks(panel, panel.marks.rows)]).toEqual([2999]);
  });
  it('leaves few marks alone, but those that cannot be drawn', () => {
    const panel = panelOf([1, NaN, 1, 20], [0.5, 0.5, 0.5, 0.5]);
    expect([...thinMarks(panel, panel.marks.rows)]).toEqual([0, 2]);
  });
});

describe('thinRows', () => {
  it('keeps extremes and what is asked for', () => {
    const values = Float64Array.from({ length: 5000 }, (_, i) => Math.sin(i));
    values[1234] = 9;
    values[4321] = -9;
    const rows = [...thinRows(5000, [values], [17], 100)];
    expect(rows.length).toBeLessThanOrEqual(100);
    expect(rows).toEqual(expect.arrayContaining([17, 1234, 4321]));
    expect([...thinRows(3, [values], [], 100)]).toEqual([0, 1, 2]);
  });
});

describe('mergeBars', () => {
  it('joins what no pixel parts, and nothing of another kind or lane', () => {
    const bars = [
      { start: 0, end: 0.1, lane: 0, kind: 1 },
      { start: 0.2, end: 0.3, lane: 0, kind: 1 },
      { start: 0.25, end: 0.3, lane: 1, kind: 1 },
      { start: 0.4, end: 0.5, lane: 0, kind: 2 },
      { start: 5, end: 9, lane: 0, kind: 2 },
    ];
    expect(mergeBars(bars, 1)).toEqual([
      { start: 0, end: 0.3, lane: 0, kind: 1 },
      { start: 0.25, end: 0.3, lane: 1, kind: 1 },
      { start: 0.4, end: 0.5, lane: 0, kind: 2 },
      { start: 5, end: 9, lane: 0, kind: 2 },
    ]);
  });
});

describe('estimateSurface', () => {
  const x = Float64Array.from({ length: 400 }, (_, i) => (i % 20) / 19);
  const y = Float64Array.from({ length: 400 }, (_, i) => Math.floor(i / 20) / 19);

  it('follows the samples', () => {
    const surface = estimateSurface(
      x,
      y,
      x.map((value, i) => value + 2 * y[i]!),
      21,
    );
    const at = (column: number, line: number) => surface.values[line * 21 + column]!;
    expect(at(10, 10)).toBeCloseTo(1.5, 1);
    expect(at(18, 2)).toBeLessThan(at(2, 18));
  });

  it('says nothing far from every sample', () => {
    const surface = estimateSurface(
      Float64Array.of(0, 0.01, 0.02, 0.01),
      Float64Array.of(0, 0.01, 0.02, 0),
      Float64Array.of(1, 1, 1, 1),
      41,
    );
    expect(surface.values[0]).toBeCloseTo(1);
    expect(surface.values[41 * 41 - 1]).toBeNaN();
  });

  it('is crossed by level lines where it has the level', () => {
    const plane = {
      columns: 3,
      lines: 3,
      values: Float64Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2),
    };
    const pieces = levelLines(plane, 0.5);
    expect(pieces).toHaveLength(2);
    for (const [x0, , x1] of pieces) expect([x0, x1]).toEqual([0.5, 0.5]);
    expect(levelLines(plane, 7)).toEqual([]);
  });
});

describe('turned', () => {
  it('keeps lengths, and up is up from the side', () => {
    expect(turned({ around: 0, tilt: 0 }, 1, 2, 3)).toEqual([1, 3, -2]);
    const [across, up, near] = turned({ around: 1.1, tilt: 0.4 }, 1, 2, 3);
    expect(across ** 2 + up ** 2 + near ** 2).toBeCloseTo(14);
  });
});

describe('colours', () => {
  it('mix between neighbours', () => {
    expect(mix('#000000', '#ffffff', 0.5)).toBe('#808080');
    expect(rampColor(LIGHT_CHART, 0)).toBe(LIGHT_CHART.ramp[0]);
    expect(rampColor(LIGHT_CHART, 1)).toBe(LIGHT_CHART.ramp.at(-1));
  });
});
