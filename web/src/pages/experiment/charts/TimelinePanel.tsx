import { useCallback, useMemo } from 'react';
import { timelineChart } from '../../../charts/kinds/timeline';
import type { ChartTheme } from '../../../charts/draw/chart_theme';
import { ChartFrame } from '../../../charts/view/ChartFrame';
import type { PanelProps } from './panel_props';

export function TimelinePanel({ view }: PanelProps) {
  const { table, live } = view;
  // A running trial's bar grows when something changes; that is often enough.
  const now = useMemo(() => (live ? Date.now() : lastEnd(table.completed)), [table, live]);
  const build = useCallback(
    (width: number, theme: ChartTheme) => timelineChart({ table, width, theme, options: { now } }),
    [table, now],
  );
  return (
    <ChartFrame
      id="timeline"
      title="Timeline"
      help="When each trial waited and ran, by the worker that held it."
      fileName={view.name.name}
      table={table}
      selection={view.selection}
      build={build}
      onOpenTrial={view.openTrial}
    />
  );
}

function lastEnd(completed: Float64Array): number {
  let last = 0;
  for (const time of completed) if (time > last) last = time;
  return last;
}
