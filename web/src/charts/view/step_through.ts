import type { Overlay, Pointed } from './overlay';

// The trial that an arrow key goes to from the one pointed at, in the order of the marks.
export function stepFrom(over: Overlay, key: string): Pointed | undefined {
  const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, Home: 1, End: -1 }[key];
  const hits = over.hits;
  if (step === undefined || !hits) return undefined;
  const panel = over.pointed?.panel ?? hits.panels.findIndex((one) => one.marks.rows.length > 0);
  if (panel < 0) return undefined;
  const { marks } = hits.panels[panel]!;
  const from = over.pointed && key !== 'Home' && key !== 'End' ? over.pointed.row : undefined;
  let mark =
    from === undefined ? (step > 0 ? 0 : marks.rows.length - 1) : hits.markOfRow(panel, from);
  if (from !== undefined) mark += step;
  while (mark >= 0 && mark < marks.rows.length) {
    const row = marks.rows[mark]!;
    if (row !== from && !Number.isNaN(marks.x[mark]! + marks.y[mark]!)) return { panel, row };
    mark += step;
  }
  return undefined;
}
