import type { ExperimentPage, ExperimentQuery, ExperimentSort } from '../../api/experiments';
import { optionalNumberOf } from '../../api/numbers';
import {
  EXPERIMENT_STATES,
  type ExperimentName,
  type ExperimentState,
  type ExperimentSummary,
} from '../../api/types';

export const SORTS: readonly ExperimentSort[] = ['created', 'name', 'state', 'completed', 'best'];

// The states as people ask for them.
export const STATE_GROUPS: { label: string; states: readonly ExperimentState[] }[] = [
  { label: 'Active', states: ['Created', 'Running', 'Restarting'] },
  { label: 'Succeeded', states: ['Succeeded'] },
  { label: 'Failed', states: ['Failed'] },
  { label: 'Stopped', states: ['Stopped'] },
];

export function experimentId({ namespace, name }: ExperimentName): string {
  return `${namespace}/${name}`;
}

// Reads the list's query from the address; what is not understood is left out.
export function queryOf(parameters: URLSearchParams): ExperimentQuery {
  const sort = SORTS.find((one) => one === parameters.get('sort')) ?? 'created';
  const newestFirst = sort === 'created' || sort === 'completed';
  const order = parameters.get('order');
  return {
    search: parameters.get('search') ?? '',
    namespace: parameters.get('namespace') ?? '',
    state: EXPERIMENT_STATES.filter((state) => parameters.getAll('state').includes(state)),
    algorithm: parameters.get('algorithm') ?? '',
    sort,
    order: order === 'asc' || order === 'desc' ? order : newestFirst ? 'desc' : 'asc',
  };
}

export function matches(experiment: ExperimentSummary, query: ExperimentQuery): boolean {
  if (query.namespace && experiment.namespace !== query.namespace) return false;
  if (query.algorithm && experiment.algorithm !== query.algorithm) return false;
  if (query.state && query.state.length > 0 && !query.state.includes(experiment.state))
    return false;
  const search = (query.search ?? '').toLowerCase();
  return experiment.name.toLowerCase().includes(search);
}

// What an experiment is ordered by; undefined comes last in either order.
function sortKey(experiment: ExperimentSummary, sort: ExperimentSort): string | number | undefined {
  switch (sort) {
    case 'created':
      return experiment.created;
    case 'completed':
      return experiment.completed;
    case 'state':
      return EXPERIMENT_STATES.indexOf(experiment.state);
    case 'best':
      return optionalNumberOf(experiment.bestTrial?.objectiveValue);
    default:
      return experiment.name;
  }
}

export function compareExperiments(query: ExperimentQuery) {
  const sort = query.sort ?? 'created';
  const sign = query.order === 'desc' ? -1 : 1;
  return (a: ExperimentSummary, b: ExperimentSummary): number => {
    const x = sortKey(a, sort);
    const y = sortKey(b, sort);
    if (x !== y) {
      if (x === undefined) return 1;
      if (y === undefined) return -1;
      return x < y ? -sign : sign;
    }
    const idA = experimentId(a);
    const idB = experimentId(b);
    return idA < idB ? -1 : idA > idB ? 1 : 0;
  };
}

function without(page: ExperimentPage, name: ExperimentName): ExperimentPage {
  const experiments = page.experiments.filter((one) => experimentId(one) !== experimentId(name));
  const removed = page.experiments.length - experiments.length;
  return { ...page, experiments, total: page.total - removed };
}

// The list after an experiment has changed or come: in its place, or gone when the query no longer
// means it. What belongs behind the rows that are loaded waits for them.
export function applyExperiment(
  page: ExperimentPage,
  experiment: ExperimentSummary,
  query: ExperimentQuery,
): ExperimentPage {
  const known = page.experiments.find((one) => experimentId(one) === experimentId(experiment));
  if (known && known.version > experiment.version) return page;
  const rest = known ? without(page, experiment) : page;
  if (!matches(experiment, query)) return rest;
  const compare = compareExperiments(query);
  const found = rest.experiments.findIndex((one) => compare(experiment, one) < 0);
  const index = found < 0 ? rest.experiments.length : found;
  if (index === rest.experiments.length && rest.nextCursor !== '') {
    return { ...rest, total: rest.total + 1 };
  }
  const experiments = [...rest.experiments];
  experiments.splice(index, 0, experiment);
  return { ...rest, experiments, total: rest.total + 1 };
}

export const removeExperiment = without;

// Another page of the list, behind those that are loaded.
export function appendPage(page: ExperimentPage, next: ExperimentPage): ExperimentPage {
  const known = new Set(page.experiments.map(experimentId));
  const fresh = next.experiments.filter((one) => !known.has(experimentId(one)));
  return {
    experiments: [...page.experiments, ...fresh],
    nextCursor: next.nextCursor,
    total: next.total,
  };
}
