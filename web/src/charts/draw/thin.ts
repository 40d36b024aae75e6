import { pixelX, pixelY, type Panel } from './panel';

// More points than this are thinned before they are drawn.
const THIN_ABOVE = 2000;

// Which of the marks to draw so that the picture is that of all: of the marks that fall into the
// same cell of `cell` pixels only the last of `order` stays. Every cell that any mark falls into
// keeps one, so that no outlier and no extreme is lost. Marks outside the panel or with NaN go.
export function thinMarks(
  panel: Panel,
  order: Int32Array,
  cell = cellFor(order.length),
): Int32Array {
  const { marks, rect } = panel;
  const columns = Math.ceil(rect.width / cell) + 1;
  const lines = Math.ceil(rect.height / cell) + 1;
  const taken = order.length > THIN_ABOVE ? new Int32Array(columns * lines).fill(-1) : null;
  const kept = new Int32Array(order.length);
  let count = 0;
  for (let k = 0; k < order.length; k++) {
    const mark = order[k]!;
    const x = pixelX(panel, marks.x[mark]!) - rect.left;
    const y = pixelY(panel, marks.y[mark]!) - rect.top;
    if (!(x >= -0.5 && y >= -0.5 && x <= rect.width + 0.5 && y <= rect.height + 0.5)) continue;
    if (!taken) {
      kept[count++] = mark;
      continue;
    }
    const place = Math.floor(y / cell + 0.5) * columns + Math.floor(x / cell + 0.5);
    if (taken[place]! >= 0) kept[taken[place]!] = mark;
    else {
      taken[place] = count;
      kept[count++] = mark;
    }
  }
  return kept.slice(0, count);
}

// Points are drawn smaller the more there are, and never smaller than a cell.
function cellFor(count: number): number {
  return count > 20_000 ? 3 : 2;
}

// Which rows stand for all where a row is a whole line: up to `wanted`, among them for each column
// the rows of its least and greatest value, and `always`. The others are spread over the table.
export function thinRows(
  count: number,
  columns: readonly Float64Array[],
  always: readonly number[],
  wanted: number,
): Int32Array {
  if (count <= wanted) return Int32Array.from({ length: count }, (_, row) => row);
  const kept = new Set(always.slice(0, Math.floor(wanted / 2)));
  for (const values of columns) {
    let least = -1;
    let greatest = -1;
    for (let row = 0; row < count; row++) {
      const value = values[row]!;
      if (Number.isNaN(value)) continue;
      if (least < 0 || value < values[least]!) least = row;
      if (greatest < 0 || value > values[greatest]!) greatest = row;
    }
    if (least >= 0) kept.add(least).add(greatest);
  }
  const step = count / Math.max(1, wanted - kept.size);
  for (let k = 0; kept.size < wanted && k * step < count; k++) kept.add(Math.floor(k * step));
  return Int32Array.from(kept).sort();
}
