import { deleteExperiment, resumeExperiment, stopExperiment } from '../../api/experiments';
import type { ExperimentName, ExperimentSummary } from '../../api/types';
import { toast } from '../../app/toasts';
import type { IconName } from '../../components/Icon';

export type BulkActionName = 'stop' | 'resume' | 'delete';

export interface BulkAction {
  label: string;
  past: string;
  icon: IconName;
  danger: boolean;
  warning: string;
  run: (name: ExperimentName) => Promise<unknown>;
  applies: (experiment: ExperimentSummary) => boolean;
}

const ENDED = ['Succeeded', 'Failed', 'Stopped'];

export const BULK_ACTIONS: Record<BulkActionName, BulkAction> = {
  stop: {
    label: 'Stop',
    past: 'Stopped',
    icon: 'stop',
    danger: true,
    warning: 'Their running trials are ended too. A stopped experiment can be resumed.',
    run: stopExperiment,
    applies: ({ state }) => !ENDED.includes(state),
  },
  resume: {
    label: 'Resume',
    past: 'Resumed',
    icon: 'play',
    danger: false,
    warning: 'They go on with what is left of their budgets.',
    run: resumeExperiment,
    applies: ({ state, paused }) => paused || ENDED.includes(state),
  },
  delete: {
    label: 'Delete',
    past: 'Deleted',
    icon: 'trash',
    danger: true,
    warning: 'What runs is stopped; trials, metrics and logs are removed. This cannot be undone.',
    run: deleteExperiment,
    applies: () => true,
  },
};

export function experimentsWords(count: number): string {
  return `${count} experiment${count === 1 ? '' : 's'}`;
}

// Runs an action on each; tells how many it worked for, and each reason why not.
export async function runBulkAction(
  action: BulkAction,
  experiments: readonly ExperimentName[],
): Promise<void> {
  const results = await Promise.allSettled(experiments.map((name) => action.run(name)));
  const reasons = results.flatMap((result, index) => {
    if (result.status === 'fulfilled') return [];
    const message = result.reason instanceof Error ? result.reason.message : String(result.reason);
    return [`${experiments[index]?.name}: ${message}`];
  });
  const done = results.length - reasons.length;
  if (done > 0) toast('good', `${action.past} ${experimentsWords(done)}.`);
  if (reasons.length > 0) toast('bad', reasons.join('\n'));
}
