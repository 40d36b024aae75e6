import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { TrialSelection } from '../data/trial_selection';
import type { TrialTable } from '../data/trial_table';
import type { DrawnChart } from './ChartCard';
import { boxBetween, NO_BRUSHES, selectionOf } from './brush';
import { stepFrom } from './step_through';
import { restoreBrushes, storeBrushes } from './stored_brush';
import { ChartTooltip, type TooltipPlace } from './ChartTooltip';
import { init, type EChartsType } from './echarts';
import { cancelInFrame, runInFrame } from './frame_queue';
import { Overlay, type Pointed } from './overlay';
import type { SelectionStore } from './selection_store';
import { paintUnderlay, splitLargeSeries } from './underlay';
import { ZoomedStage } from './ZoomedStage';
import styles from './chart.module.css';

interface Props {
  id: string;
  title: string;
  drawn: DrawnChart;
  table: TrialTable;
  selection: SelectionStore;
  onOpenTrial?: (row: number) => void;
  // A drag turns the picture instead of brushing it, by so many pixels.
  onTurn?: (right: number, down: number) => void;
}

// A press that moves less than this is a click.
const CLICK_PIXELS = 4;
const ARROW_TURN = 12;

interface Drag {
  panel: number;
  from: { x: number; y: number };
  last: { x: number; y: number };
  moved: boolean;
}

// A chart that can be pointed at, brushed and walked through by keyboard.
export function ChartCanvas({ id, title, drawn, table, selection, onOpenTrial, onTurn }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const under = useRef<HTMLCanvasElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<EChartsType>(null);
  const overlay = useRef<Overlay>(null);
  const drag = useRef<Drag>(null);
  const [tooltip, setTooltip] = useState<TooltipPlace>();
  const { model, theme, zoom } = drawn;
  const wide = model.width ?? drawn.width;

  useEffect(() => {
    const instance = init(holder.current, null, {
      renderer: 'canvas',
      width: 1,
      height: 1,
      devicePixelRatio: window.devicePixelRatio * zoom,
    });
    chart.current = instance;
    overlay.current = new Overlay(canvas.current!);
    return () => {
      instance.dispose();
      chart.current = null;
    };
  }, [zoom]);

  useEffect(() => {
    chart.current?.resize({ width: wide, height: model.height, silent: true });
    const { option, large } = splitLargeSeries(model.option);
    if (under.current) {
      under.current.hidden = large.length === 0;
      if (large.length > 0)
        paintUnderlay(under.current, { model, large, theme, width: wide, zoom });
    }
    chart.current?.setOption(option, { notMerge: true });
    const over = overlay.current!;
    over.setChart(model, table, theme, wide, zoom);
    over.brushes = restoreBrushes(selection.brush, id, model.panels);
    // New trials may lie in the brush, and a brush of an address has not selected yet.
    if (over.brushes.size > 0) {
      selection.set(selectionOf(over.brushes, over.hits!), id, selection.brush);
    }
    over.selection = selection.selection;
    over.draw();
  }, [id, model, table, theme, wide, zoom, selection]);

  useEffect(() => {
    const owner = {};
    const unsubscribe = selection.subscribe((chosen, source) => {
      const over = overlay.current!;
      over.selection = chosen;
      if (source === id) {
        over.draw();
        return;
      }
      over.brushes = NO_BRUSHES;
      runInFrame(owner, () => over.draw());
    });
    return () => {
      unsubscribe();
      cancelInFrame(owner);
    };
  }, [selection, id]);

  const point = (pointed: Pointed | undefined) => {
    const over = overlay.current!;
    if (over.pointed?.row === pointed?.row && over.pointed?.panel === pointed?.panel) return;
    over.pointed = pointed;
    over.draw();
    setTooltip(pointed && placeOf(over, pointed));
  };

  const pointAt = (x: number, y: number): Pointed | undefined => {
    const hits = overlay.current?.hits;
    const panel = hits?.panelAt(x, y) ?? -1;
    if (!hits || panel < 0) return undefined;
    const mark = hits.markAt(panel, x, y);
    return mark < 0 ? undefined : { panel, row: hits.panels[panel]!.marks.rows[mark]! };
  };

  const select = (over: Overlay) => {
    const stored = storeBrushes(id, over.brushes, model.panels);
    selection.set(selectionOf(over.brushes, over.hits!), id, stored);
  };

  const brush = (state: Drag) => {
    const over = overlay.current!;
    const panel = over.hits!.panels[state.panel]!;
    const across = model.acrossPanels ?? false;
    const box = boxBetween(panel.rect, state.from, state.last, across);
    over.brushes = new Map(across ? over.brushes : NO_BRUSHES).set(state.panel, box);
    select(over);
  };

  const onPointerDown = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.button !== 0) return;
    const at = positionIn(event);
    const panel = overlay.current?.hits?.panelNear(at.x, at.y) ?? -1;
    if (panel < 0 && !onTurn) return;
    drag.current = { panel, from: at, last: at, moved: false };
    event.currentTarget.setPointerCapture(event.pointerId);
  };

  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>) => {
    const at = positionIn(event);
    const state = drag.current;
    if (!state) {
      point(pointAt(at.x, at.y));
      return;
    }
    if (!state.moved && distance(state.from, at) < CLICK_PIXELS) return;
    if (!state.moved) point(undefined);
    state.moved = true;
    if (onTurn) onTurn(at.x - state.last.x, at.y - state.last.y);
    state.last = at;
    if (!onTurn) brush(state);
  };

  const onPointerUp = (event: PointerEvent<HTMLCanvasElement>) => {
    const state = drag.current;
    drag.current = null;
    if (!state || state.moved) return;
    const over = overlay.current!;
    const pointed = pointAt(state.from.x, state.from.y);
    if (!pointed) {
      // A click beside all marks takes back the brush of its axis, or the selection.
      const left = new Map(over.brushes);
      const had = model.acrossPanels && left.delete(state.panel) && left.size > 0;
      over.brushes = had ? left : NO_BRUSHES;
      select(over);
      return;
    }
    over.brushes = NO_BRUSHES;
    const number = table.numbers[pointed.row]!;
    const several = event.ctrlKey || event.metaKey || event.shiftKey;
    selection.set(several ? selection.selection.toggled(number) : TrialSelection.of([number]), id);
    over.draw();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const over = overlay.current!;
    const turns: Record<string, [number, number]> = {
      ArrowLeft: [-ARROW_TURN, 0],
      ArrowRight: [ARROW_TURN, 0],
      ArrowUp: [0, -ARROW_TURN],
      ArrowDown: [0, ARROW_TURN],
    };
    if (onTurn && turns[event.key]) {
      event.preventDefault();
      onTurn(...turns[event.key]!);
      return;
    }
    if (event.key === 'Escape') {
      over.brushes = NO_BRUSHES;
      point(undefined);
      selection.set(TrialSelection.none, id);
      over.draw();
    } else if ((event.key === 'Enter' || event.key === ' ') && over.pointed) {
      event.preventDefault();
      if (event.key === 'Enter' && event.ctrlKey) onOpenTrial?.(over.pointed.row);
      else selection.set(selection.selection.toggled(table.numbers[over.pointed.row]!), id);
    } else {
      const next = stepFrom(over, event.key);
      if (!next) return;
      event.preventDefault();
      point(next);
    }
  };

  return (
    <ZoomedStage width={wide} height={model.height} zoom={zoom}>
      <canvas
        ref={under}
        className={styles.drawing}
        style={{ height: model.height, width: wide }}
        aria-hidden="true"
        hidden
      />
      <div ref={holder} className={styles.drawing} aria-hidden="true" />
      <canvas
        ref={canvas}
        className={onTurn ? styles.turning : styles.overlay}
        style={{ height: model.height, width: wide }}
        data-chart={id}
        tabIndex={0}
        role="application"
        aria-roledescription="interactive chart"
        aria-label={`${title}. ${model.description}`}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => (drag.current = null)}
        onPointerLeave={() => drag.current ?? point(undefined)}
        onBlur={() => point(undefined)}
        onDoubleClick={(event) => {
          const pointed = pointAt(positionIn(event).x, positionIn(event).y);
          if (pointed) onOpenTrial?.(pointed.row);
        }}
        onKeyDown={onKeyDown}
      />
      {tooltip && <ChartTooltip table={table} place={tooltip} width={wide} />}
    </ZoomedStage>
  );
}

function positionIn(event: { nativeEvent: { offsetX: number; offsetY: number } }) {
  return { x: event.nativeEvent.offsetX, y: event.nativeEvent.offsetY };
}

function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function placeOf(over: Overlay, pointed: Pointed): TooltipPlace | undefined {
  const hits = over.hits!;
  const mark = hits.markOfRow(pointed.panel, pointed.row);
  if (mark < 0) return undefined;
  const pixels = hits.pixels(pointed.panel);
  const { rect } = hits.panels[pointed.panel]!;
  const x = Math.min(rect.left + rect.width, Math.max(rect.left, pixels.x[mark]!));
  return { row: pointed.row, x, y: pixels.y[mark]! };
}
