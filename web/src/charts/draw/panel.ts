import type { Scale } from './scale';

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

// One plotting area of a chart with the marks in it that stand for trials. ECharts draws them;
// whoever points at, brushes or highlights trials reads them from here.
export interface Panel {
  readonly rect: Rect;
  readonly x: Scale;
  readonly y: Scale;
  readonly xName: string;
  readonly yName: string;
  readonly marks: Marks;
}

export interface Marks {
  // "points": each by itself. "lines": marks of one row that follow each other are joined.
  // "bars": from `x` to `xEnd`, around `y`.
  readonly shape: 'points' | 'lines' | 'bars';
  // The row of the table that each mark stands for.
  readonly rows: Int32Array;
  // Forwarded values, one a mark; a mark with NaN is not drawn.
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly xEnd?: Float64Array;
}

export const NO_MARKS: Marks = {
  shape: 'points',
  rows: new Int32Array(0),
  x: new Float64Array(0),
  y: new Float64Array(0),
};

// One mark a row of the table.
export function pointMarks(x: Float64Array, y: Float64Array): Marks {
  return { shape: 'points', rows: allRows(x.length), x, y };
}

export function allRows(count: number): Int32Array {
  const rows = new Int32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

export function pixelX(panel: Panel, place: number): number {
  const { rect, x } = panel;
  return rect.left + ((place - x.low) / (x.high - x.low)) * rect.width;
}

export function pixelY(panel: Panel, place: number): number {
  const { rect, y } = panel;
  return rect.top + rect.height - ((place - y.low) / (y.high - y.low)) * rect.height;
}

export function placeX(panel: Panel, pixel: number): number {
  const { rect, x } = panel;
  return x.low + ((pixel - rect.left) / rect.width) * (x.high - x.low);
}

export function placeY(panel: Panel, pixel: number): number {
  const { rect, y } = panel;
  return y.low + ((rect.top + rect.height - pixel) / rect.height) * (y.high - y.low);
}

export function inRect(rect: Rect, x: number, y: number): boolean {
  return (
    x >= rect.left && x <= rect.left + rect.width && y >= rect.top && y <= rect.top + rect.height
  );
}

// Pixels of all marks, for drawing and hit tests.
export interface MarkPixels {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly xEnd?: Float32Array;
}

export function markPixels(panel: Panel): MarkPixels {
  const { rect, x, y, marks } = panel;
  const across = rect.width / (x.high - x.low);
  const up = rect.height / (y.high - y.low);
  const bottom = rect.top + rect.height;
  const count = marks.rows.length;
  const pixels = { x: new Float32Array(count), y: new Float32Array(count) };
  for (let i = 0; i < count; i++) {
    pixels.x[i] = rect.left + (marks.x[i]! - x.low) * across;
    pixels.y[i] = bottom - (marks.y[i]! - y.low) * up;
  }
  if (!marks.xEnd) return pixels;
  const xEnd = new Float32Array(count);
  for (let i = 0; i < count; i++) xEnd[i] = rect.left + (marks.xEnd[i]! - x.low) * across;
  return { ...pixels, xEnd };
}
