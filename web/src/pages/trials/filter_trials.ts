import { listTrials } from '../../api/experiments';
import type { ExperimentName } from '../../api/types';

const PAGE = 10_000;

// The numbers of the trials for which the expression holds. The server evaluates it, so that it
// means the same here, on the command line and in programs.
export async function filterTrials(
  name: ExperimentName,
  filter: string,
  signal: AbortSignal,
): Promise<ReadonlySet<number>> {
  const numbers = new Set<number>();
  let cursor: string | undefined;
  do {
    const page = await listTrials(name, { filter, limit: PAGE, cursor }, signal);
    for (const trial of page.trials) numbers.add(trial.number);
    cursor = page.nextCursor;
  } while (cursor);
  return numbers;
}
