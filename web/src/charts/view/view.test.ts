import { describe, expect, it, vi } from 'vitest';
import { isChart } from '../chart';
import { smallTable } from '../data/test_table';
import { TrialSelection } from '../data/trial_selection';
import { LIGHT_CHART } from '../draw/chart_theme';
import { historyChart } from '../kinds/history';
import { parallelChart } from '../kinds/parallel';
import { timelineChart } from '../kinds/timeline';
import { boxBetween, selectionOf } from './brush';
import { HitTest } from './hit_test';
import { SelectionStore } from './selection_store';
import { parseBrush, printBrush, restoreBrushes, storeBrushes } from './stored_brush';

const SIZE = { width: 600, theme: LIGHT_CHART };
const table = smallTable();

function historyPanels(log = false) {
  const options = { objective: 0, x: 'number', log } as const;
  const model = historyChart({ ...SIZE, table, options });
  if (!isChart(model)) throw new Error('no chart');
  return model.panels;
}

describe('HitTest', () => {
  it('finds the mark under the pointer', () => {
    const hits = new HitTest(historyPanels(), table);
    const { x, y } = hits.pixels(0);
    expect(hits.panelAt(x[1]!, y[1]!)).toBe(0);
    expect(hits.markAt(0, x[1]! + 3, y[1]! - 3)).toBe(1);
    expect(hits.markAt(0, x[1]! + 60, y[1]! - 60)).toBe(-1);
    expect(hits.panelAt(2, 2)).toBe(-1);
  });

  it('finds a bar anywhere along it', () => {
    const model = timelineChart({ ...SIZE, table, options: { now: 9000 } });
    if (!isChart(model)) throw new Error('no chart');
    const hits = new HitTest(model.panels, table);
    const { x, y, xEnd } = hits.pixels(1);
    expect(hits.markAt(1, (x[2]! + xEnd![2]!) / 2, y[2]! + 3)).toBe(2);
  });
});

describe('brushes', () => {
  it('select the trials in a box', () => {
    const hits = new HitTest(historyPanels(), table);
    const { x, y } = hits.pixels(0);
    const box = boxBetween(
      hits.panels[0]!.rect,
      { x: x[1]! - 5, y: y[1]! - 5 },
      { x: x[2]! + 5, y: y[2]! + 5 },
      false,
    );
    expect(selectionOf(new Map([[0, box]]), hits).numbers()).toEqual([1, 2]);
  });

  it('of several axes select what passes through all', () => {
    const options = { objective: 0, parameters: [], log: false };
    const model = parallelChart({ ...SIZE, table, options });
    if (!isChart(model)) throw new Error('no chart');
    const hits = new HitTest(model.panels, table);
    const around = (panel: number, low: number, high: number) => {
      const { rect, y } = hits.panels[panel]!;
      const pixel = (value: number) =>
        rect.top + rect.height * (1 - (value - y.low) / (y.high - y.low));
      return { ...rect, top: pixel(high), height: pixel(low) - pixel(high) };
    };
    // lr from 0.005 to 0.2, and accuracy at least 0.55.
    const lr = around(0, Math.log10(0.005), Math.log10(0.2));
    const accuracy = around(2, 0.55, 0.8);
    expect(selectionOf(new Map([[0, lr]]), hits).numbers()).toEqual([1, 2, 3, 4, 5]);
    expect(
      selectionOf(
        new Map([
          [0, lr],
          [2, accuracy],
        ]),
        hits,
      ).numbers(),
    ).toEqual([1, 2]);
  });

  it('never leave their panel', () => {
    const rect = { left: 50, top: 10, width: 100, height: 80 };
    expect(boxBetween(rect, { x: 0, y: 500 }, { x: 120, y: 40 }, false)).toEqual({
      left: 50,
      top: 40,
      width: 70,
      height: 50,
    });
    expect(boxBetween(rect, { x: 60, y: 20 }, { x: 61, y: 40 }, true)).toEqual({
      left: 50,
      top: 20,
      width: 100,
      height: 20,
    });
  });

  it('are stored in values, so that they outlive another size and scale', () => {
    const panels = historyPanels();
    const { rect } = panels[0]!;
    const box = { left: rect.left + 100, top: rect.top + 20, width: 200, height: 100 };
    const stored = storeBrushes('history', new Map([[0, box]]), panels)!;
    const read = parseBrush(printBrush(stored))!;
    const back = restoreBrushes(read, 'history', panels).get(0)!;
    for (const side of ['left', 'top', 'width', 'height'] as const) {
      expect(back[side]).toBeCloseTo(box[side], 3);
    }
    const log = restoreBrushes(read, 'history', historyPanels(true)).get(0)!;
    expect(log.left).toBeCloseTo(box.left, 3);
    expect(log.top).not.toBeCloseTo(box.top, 0);
    expect(restoreBrushes(read, 'slice', panels).size).toBe(0);
  });

  it('of an address are not trusted', () => {
    for (const text of [
      '',
      'history',
      'history:1:2:3',
      'history:0:a:b:c:d',
      'X:0:1:2:3:4',
      '<b>:0:1:2:3:4',
    ]) {
      expect(parseBrush(text)).toBeUndefined();
    }
    const foreign = parseBrush('history:7:1:2:3:4')!;
    expect(restoreBrushes(foreign, 'history', historyPanels()).size).toBe(0);
  });
});

describe('SelectionStore', () => {
  it('tells who selected', () => {
    const store = new SelectionStore();
    const listener = vi.fn();
    const unsubscribe = store.subscribe(listener);
    const some = TrialSelection.of([1]);
    store.set(some, 'history');
    store.set(some);
    unsubscribe();
    store.set(TrialSelection.none);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(listener).toHaveBeenCalledWith(some, 'history');
  });
});
