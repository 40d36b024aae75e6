import { pixelX, pixelY, placeX, placeY, type Panel, type Rect } from '../draw/panel';
import { backward, forward } from '../draw/scale';
import { NO_BRUSHES, type Brushes } from './brush';

// A chart's brush in the units of its axes: so it outlives a new size, new trials, another scale of
// an axis, and goes into an address.
export interface StoredBrush {
  readonly chart: string;
  readonly boxes: readonly StoredBox[];
}

interface StoredBox {
  readonly panel: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export function storeBrushes(
  chart: string,
  brushes: Brushes,
  panels: readonly Panel[],
): StoredBrush | undefined {
  if (brushes.size === 0) return undefined;
  const boxes = [...brushes].map(([index, box]): StoredBox => {
    const panel = panels[index]!;
    const x = (pixel: number) => backward(panel.x, placeX(panel, pixel));
    const y = (pixel: number) => backward(panel.y, placeY(panel, pixel));
    return {
      panel: index,
      x: [x(box.left), x(box.left + box.width)],
      y: [y(box.top + box.height), y(box.top)],
    };
  });
  return { chart, boxes };
}

export function restoreBrushes(
  brush: StoredBrush | undefined,
  chart: string,
  panels: readonly Panel[],
): Brushes {
  if (brush?.chart !== chart) return NO_BRUSHES;
  const brushes = new Map<number, Rect>();
  for (const box of brush.boxes) {
    const panel = panels[box.panel];
    if (!panel) continue;
    const left = clamp(
      pixelX(panel, forward(panel.x, box.x[0])),
      panel.rect.left,
      panel.rect.width,
    );
    const right = clamp(
      pixelX(panel, forward(panel.x, box.x[1])),
      panel.rect.left,
      panel.rect.width,
    );
    const bottom = clamp(
      pixelY(panel, forward(panel.y, box.y[0])),
      panel.rect.top,
      panel.rect.height,
    );
    const top = clamp(pixelY(panel, forward(panel.y, box.y[1])), panel.rect.top, panel.rect.height);
    if (Number.isNaN(left + right + top + bottom)) continue;
    brushes.set(box.panel, { left, top, width: right - left, height: bottom - top });
  }
  return brushes;
}

// "history:0:10:90:0.5:0.9" and more boxes after a semicolon.
export function printBrush(brush: StoredBrush): string {
  const number = (value: number) => String(Number(value.toPrecision(7)));
  const boxes = brush.boxes.map((box) =>
    [box.panel, ...box.x.map(number), ...box.y.map(number)].join(':'),
  );
  return `${brush.chart}:${boxes.join(';')}`;
}

export function parseBrush(text: string): StoredBrush | undefined {
  const match = /^([a-z0-9-]+):(.+)$/.exec(text);
  if (!match) return undefined;
  const boxes = match[2]!.split(';').map((part) => part.split(':').map(Number));
  if (boxes.some((box) => box.length !== 5 || !box.every(Number.isFinite))) return undefined;
  return {
    chart: match[1]!,
    boxes: boxes.map(([panel, x0, x1, y0, y1]) => ({
      panel: panel!,
      x: [x0!, x1!],
      y: [y0!, y1!],
    })),
  };
}

function clamp(value: number, low: number, size: number): number {
  return Math.min(low + size, Math.max(low, value));
}
