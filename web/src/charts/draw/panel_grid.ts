import type { Rect } from './panel';

export interface GridShape {
  readonly width: number;
  // A cell is at least so wide; the number of columns follows.
  readonly leastWidth: number;
  readonly height: number;
  readonly mostColumns?: number;
  // Room within each cell around the plotting area.
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

// Plotting areas side by side, wrapped into lines, and the height that all take.
export function panelGrid(
  count: number,
  shape: GridShape,
): { rects: readonly Rect[]; height: number; columns: number } {
  const fitting = Math.max(1, Math.floor(shape.width / shape.leastWidth));
  const most = Math.max(1, Math.min(fitting, count, shape.mostColumns ?? count));
  // As many lines as must be, filled alike.
  const columns = Math.ceil(count / Math.ceil(count / most));
  const cell = shape.width / columns;
  const rects = Array.from({ length: count }, (_, index) => ({
    left: (index % columns) * cell + shape.left,
    top: Math.floor(index / columns) * shape.height + shape.top,
    width: Math.max(40, cell - shape.left - shape.right),
    height: shape.height - shape.top - shape.bottom,
  }));
  return { rects, height: Math.ceil(count / columns) * shape.height, columns };
}
