import type { Experiment } from '../../api/types';
import { finishedTrials } from '../../components/ProgressBar';
import type { TrialTable } from '../../charts/data/trial_table';

// As many of the last trials tell how fast the next will be.
const RECENT = 50;

// How long until the budget is used up, milliseconds, at the pace of the trials that ended last;
// undefined when nothing goes on, there is no end, or too little is known.
export function remainingTime(experiment: Experiment, table: TrialTable): number | undefined {
  const { state, paused, maxTrialCount, counts } = experiment;
  if (paused || (state !== 'Running' && state !== 'Restarting') || maxTrialCount <= 0) {
    return undefined;
  }
  const left = maxTrialCount - finishedTrials(counts);
  if (left <= 0) return 0;
  const ends = Array.from(table.completed)
    .filter((time) => !Number.isNaN(time))
    .sort((a, b) => a - b)
    .slice(-RECENT);
  const begin = ends.length < RECENT ? earliest(table.started) : ends[0];
  const last = ends.at(-1);
  if (begin === undefined || last === undefined || last <= begin) return undefined;
  const ended = ends.length < RECENT ? ends.length : ends.length - 1;
  return (left * (last - begin)) / ended;
}

function earliest(times: Float64Array): number | undefined {
  let least: number | undefined;
  for (const time of times) if (!Number.isNaN(time) && !(least! <= time)) least = time;
  return least;
}
