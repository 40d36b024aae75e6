import { lazy, Suspense, useEffect, useRef, type ComponentType } from 'react';
import { useUrlState } from '../../../app/url_state';
import { EmptyState, LoadingState } from '../../../components/States';
import { Select } from '../../../components/Field';
import type { TrialTable } from '../../../charts/data/trial_table';
import { NearView } from '../../../charts/view/NearView';
import type { TabProps } from '../tabs';
import { ContourPanel } from './ContourPanel';
import { CurvesPanel } from './CurvesPanel';
import { EdfPanel } from './EdfPanel';
import { HistoryPanel } from './HistoryPanel';
import { ImportancePanel } from './ImportancePanel';
import { keepInView } from './keep_in_view';
import type { PanelProps } from './panel_props';
import { ParallelPanel } from './ParallelPanel';
import { ParetoPanel } from './ParetoPanel';
import { RankPanel } from './RankPanel';
import { RungsPanel } from './RungsPanel';
import { SelectedTrials } from './SelectedTrials';
import { SlicePanel } from './SlicePanel';
import { TimelinePanel } from './TimelinePanel';
import styles from '../experiment.module.css';

interface Panel {
  readonly id: string;
  readonly label: string;
  readonly content: ComponentType<PanelProps>;
  readonly wide?: boolean;
  readonly shown?: (table: TrialTable) => boolean;
}

// A chart of the page is a row here.
const PANELS: readonly Panel[] = [
  {
    id: 'pareto',
    label: 'Pareto front',
    content: ParetoPanel,
    shown: (table) => table.objectives.length > 1,
  },
  {
    id: 'pareto-3d',
    label: '3-D',
    content: lazy(() => import('./Pareto3dPanel')),
    shown: (table) => table.objectives.length > 2,
  },
  { id: 'history', label: 'History', content: HistoryPanel },
  { id: 'importance', label: 'Importance', content: ImportancePanel },
  { id: 'parallel', label: 'Parallel', content: ParallelPanel, wide: true },
  { id: 'slice', label: 'Slices', content: SlicePanel, wide: true },
  { id: 'curves', label: 'Curves', content: CurvesPanel, wide: true },
  { id: 'contour', label: 'Contour', content: ContourPanel },
  { id: 'edf', label: 'Distribution', content: EdfPanel },
  { id: 'rank', label: 'Ranks', content: RankPanel, wide: true },
  {
    id: 'rungs',
    label: 'Early stopping',
    content: RungsPanel,
    wide: true,
    shown: hasEarlyStopping,
  },
  { id: 'timeline', label: 'Timeline', content: TimelinePanel, wide: true },
];

export function ChartsTab({ view }: TabProps) {
  const [parameters, change] = useUrlState();
  const { table, selection } = view;
  const objective = Math.min(
    Math.max(0, Number(parameters.get('objective')) || 0),
    Math.max(0, table.objectives.length - 1),
  );
  const shown = PANELS.filter((panel) => panel.shown?.(table) ?? true);
  const wanted = parameters.get('chart');
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (wanted && grid.current) return keepInView(`chart-${wanted}`, grid.current);
  }, [wanted]);

  if (table.length === 0) {
    return (
      <EmptyState title="No trial yet.">
        The charts appear with the first trial. If none comes, see the events: they tell what the
        experiment waits for.
      </EmptyState>
    );
  }
  return (
    <>
      <div className={styles.chartBar}>
        <nav aria-label="Charts" className={styles.jumps}>
          {shown.map((panel) => (
            <button
              key={panel.id}
              className={styles.jump}
              onClick={() => {
                change({ chart: panel.id });
                if (grid.current) keepInView(`chart-${panel.id}`, grid.current);
              }}
            >
              {panel.label}
            </button>
          ))}
        </nav>
        {table.objectives.length > 1 && (
          <label className={styles.objective}>
            Objective
            <Select
              options={table.objectives.map(({ metric }, index) => ({
                value: String(index),
                label: metric,
              }))}
              value={String(objective)}
              onChange={(value) => change({ objective: value === '0' ? undefined : value })}
            />
          </label>
        )}
      </div>
      <div ref={grid} className={styles.charts}>
        {shown.map(({ id, content: Content, wide }) => (
          <NearView
            key={id}
            id={`chart-${id}`}
            wide={wide}
            eager={selection.brush?.chart === id || wanted === id}
          >
            <Suspense fallback={<LoadingState />}>
              <Content view={view} objective={objective} />
            </Suspense>
          </NearView>
        ))}
      </div>
      <SelectedTrials view={view} />
    </>
  );
}

function hasEarlyStopping(table: TrialTable): boolean {
  const stopped = table.stateNames.indexOf('EarlyStopped');
  const rungs = table.labels.some((label) => label.name === 'rung');
  return rungs || (stopped >= 0 && table.states.includes(stopped));
}
