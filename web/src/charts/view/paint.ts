import type { HitTest } from './hit_test';
import { packedColor } from './pixels';
import type { TrialSelection } from '../data/trial_selection';
import type { TrialTable } from '../data/trial_table';
import type { ChartTheme } from '../draw/chart_theme';
import type { Panel, Rect } from '../draw/panel';

// What is drawn over a chart: the selection, the trial pointed at, the brush. It takes a few
// milliseconds for 100,000 trials, so that a drag can redraw it in every frame.
export interface Paint {
  readonly context: CanvasRenderingContext2D;
  readonly ratio: number; // pixels of the screen to one of CSS
  readonly theme: ChartTheme;
  readonly table: TrialTable;
  readonly hits: HitTest;
  readonly acrossPanels: boolean;
  readonly images: ImageData[]; // by panel, kept from one painting to the next
}

// More marks than this are set pixel by pixel.
const FEW_MARKS = 800;
const MOST_LINES = 300;

export function paintSelection(paint: Paint, selection: TrialSelection): void {
  const { context, theme, hits } = paint;
  const plotted = hits.panels.filter((panel) => panel.marks.rows.length > 0);
  context.fillStyle = theme.background;
  context.globalAlpha = veilAlpha(theme);
  if (paint.acrossPanels && plotted.length > 0) fillRect(context, around(plotted));
  else for (const panel of plotted) fillRect(context, panel.rect);
  context.globalAlpha = 1;
  if (paint.acrossPanels) {
    paintAcross(paint, selectedRows(paint.table, selection, MOST_LINES));
    return;
  }
  hits.panels.forEach((panel, index) => {
    if (panel.marks.shape === 'points') paintPoints(paint, index, selection);
    else if (panel.marks.shape === 'bars') paintBars(paint, index, selection);
    else paintLines(paint, index, selection);
  });
}

export function paintPointer(paint: Paint, panel: number, row: number): void {
  const { context, hits, theme } = paint;
  context.strokeStyle = theme.text;
  context.lineWidth = 1.5;
  if (paint.acrossPanels) {
    context.lineWidth = 2.5;
    paintAcross(paint, [row], theme.text);
    return;
  }
  hits.panels.forEach((one, index) => {
    const mark = hits.markOfRow(index, row);
    if (mark < 0) return;
    const pixels = hits.pixels(index);
    if (one.marks.shape === 'lines') {
      polyline(context, one, pixels, mark);
      context.stroke();
      return;
    }
    const x = pixels.x[mark]!;
    const y = pixels.y[mark]!;
    if (Number.isNaN(x + y)) return;
    context.beginPath();
    if (pixels.xEnd) {
      context.rect(x - 1, y - 6, Math.max(2, pixels.xEnd[mark]! - x) + 2, 12);
    } else {
      context.arc(x, y, index === panel ? 7 : 5, 0, 2 * Math.PI);
    }
    context.stroke();
  });
}

export function paintBox(paint: Paint, box: Rect): void {
  const { context, theme } = paint;
  context.fillStyle = theme.accent;
  context.globalAlpha = 0.1;
  fillRect(context, box);
  context.globalAlpha = 1;
  context.strokeStyle = theme.accent;
  context.lineWidth = 1;
  context.strokeRect(box.left + 0.5, box.top + 0.5, box.width, box.height);
}

// How much of what is not selected is hidden.
function veilAlpha(theme: ChartTheme): number {
  return theme.name === 'light' ? 0.78 : 0.74;
}

function fillRect(context: CanvasRenderingContext2D, rect: Rect): void {
  context.fillRect(rect.left, rect.top, rect.width, rect.height);
}

function around(panels: readonly Panel[]): Rect {
  const first = panels[0]!.rect;
  const last = panels.at(-1)!.rect;
  return { ...first, width: last.left + last.width - first.left };
}

function selectedRows(table: TrialTable, selection: TrialSelection, most: number): number[] {
  const every = Math.max(1, Math.ceil(selection.size / most));
  const rows: number[] = [];
  let seen = 0;
  for (let row = 0; row < table.length; row++) {
    if (selection.has(table.numbers[row]!) && seen++ % every === 0) rows.push(row);
  }
  return rows;
}

function paintPoints(paint: Paint, index: number, selection: TrialSelection): void {
  const { context, hits, table, theme } = paint;
  const panel = hits.panels[index]!;
  const { rows } = panel.marks;
  const pixels = hits.pixels(index);
  if (selection.size > FEW_MARKS) {
    paintPixels(paint, index, selection);
    return;
  }
  const radius = selection.size > 200 ? 2.5 : 4;
  context.fillStyle = theme.accent;
  context.strokeStyle = theme.background;
  context.lineWidth = 1;
  for (let mark = 0; mark < rows.length; mark++) {
    if (!selection.has(table.numbers[rows[mark]!]!)) continue;
    const x = pixels.x[mark]!;
    const y = pixels.y[mark]!;
    if (
      Number.isNaN(x + y) ||
      x < panel.rect.left - 1 ||
      x > panel.rect.left + panel.rect.width + 1
    )
      continue;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}

// Squares of about three CSS pixels, written into an image: far faster than as many paths. The veil
// is in the image too, so that it is laid over the chart in one go.
function paintPixels(paint: Paint, index: number, selection: TrialSelection): void {
  const { context, hits, ratio, table, theme } = paint;
  const { rect, marks } = hits.panels[index]!;
  const pixels = hits.pixels(index);
  const left = Math.round(rect.left * ratio);
  const top = Math.round(rect.top * ratio);
  const width = Math.ceil(rect.width * ratio) + 1;
  const height = Math.ceil(rect.height * ratio) + 1;
  const image =
    paint.images[index] ?? (paint.images[index] = context.createImageData(width, height));
  const words = new Uint32Array(image.data.buffer);
  words.fill(packedColor(theme.background, veilAlpha(theme)));
  const color = packedColor(theme.accent, 1);
  const size = Math.max(2, Math.round(2.6 * ratio));
  const half = size >> 1;
  const { numbers } = table;
  const { rows } = marks;
  for (let mark = 0; mark < rows.length; mark++) {
    if (!selection.has(numbers[rows[mark]!]!)) continue;
    const x = Math.round(pixels.x[mark]! * ratio) - left;
    const y = Math.round(pixels.y[mark]! * ratio) - top;
    if (!(x >= half && y >= half && x + half < width && y + half < height)) continue;
    // Where many lie on each other one is enough.
    if (words[y * width + x] === color) continue;
    let at = (y - half) * width + x - half;
    for (let line = 0; line < size; line++, at += width) {
      for (let column = 0; column < size; column++) words[at + column] = color;
    }
  }
  context.putImageData(image, left, top);
}

function paintBars(paint: Paint, index: number, selection: TrialSelection): void {
  const { context, hits, table, theme } = paint;
  const panel = hits.panels[index]!;
  const pixels = hits.pixels(index);
  const tall = Math.max(2, (0.72 * panel.rect.height) / (panel.y.high - panel.y.low));
  context.fillStyle = theme.accent;
  for (let mark = 0; mark < panel.marks.rows.length; mark++) {
    if (!selection.has(table.numbers[panel.marks.rows[mark]!]!)) continue;
    const x = pixels.x[mark]!;
    const y = pixels.y[mark]!;
    if (Number.isNaN(x + y)) continue;
    context.fillRect(x, y - tall / 2, Math.max(1, pixels.xEnd![mark]! - x), tall);
  }
}

function paintLines(paint: Paint, index: number, selection: TrialSelection): void {
  const { context, hits, table, theme } = paint;
  const panel = hits.panels[index]!;
  const pixels = hits.pixels(index);
  const { rows } = panel.marks;
  context.strokeStyle = theme.accent;
  context.lineWidth = selection.size > 50 ? 1 : 1.8;
  context.save();
  context.beginPath();
  context.rect(panel.rect.left, panel.rect.top, panel.rect.width, panel.rect.height);
  context.clip();
  for (let mark = 0; mark < rows.length; mark++) {
    if (mark > 0 && rows[mark - 1] === rows[mark]) continue;
    if (!selection.has(table.numbers[rows[mark]!]!)) continue;
    polyline(context, panel, pixels, mark);
    context.stroke();
  }
  context.restore();
}

function polyline(
  context: CanvasRenderingContext2D,
  panel: Panel,
  pixels: { x: Float32Array; y: Float32Array },
  first: number,
): void {
  const { rows } = panel.marks;
  context.beginPath();
  for (let mark = first; mark < rows.length && rows[mark] === rows[first]; mark++) {
    if (!Number.isNaN(pixels.y[mark])) context.lineTo(pixels.x[mark]!, pixels.y[mark]!);
  }
}

function paintAcross(paint: Paint, rows: readonly number[], color = paint.theme.accent): void {
  const { context, hits } = paint;
  const columns = hits.panels.map((panel, index) => ({
    x: panel.rect.left + panel.rect.width / 2,
    y: hits.pixels(index).y,
  }));
  context.strokeStyle = color;
  context.lineWidth = rows.length > 100 ? 1 : rows.length > 1 ? 1.6 : 2.5;
  context.globalAlpha = rows.length > 100 ? 0.5 : 0.9;
  // One path for all: strokes of many paths cost far more.
  context.beginPath();
  for (const row of rows) {
    let down = false;
    for (const { x, y } of columns) {
      const place = y[row]!;
      if (Number.isNaN(place)) {
        down = false;
      } else if (down) {
        context.lineTo(x, place);
      } else {
        context.moveTo(x, place);
        down = true;
      }
    }
  }
  context.stroke();
  context.globalAlpha = 1;
}
