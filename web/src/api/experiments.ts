import { path, request, requestText, url } from './client';
import type {
  Curves,
  Experiment,
  ExperimentEvent,
  ExperimentName,
  ExperimentState,
  ExperimentSummary,
  Importance,
  Trial,
  TrialState,
  TrialTable,
} from './types';

export type ExperimentSort = 'created' | 'name' | 'state' | 'completed' | 'best';

export interface ExperimentQuery {
  namespace?: string;
  search?: string;
  state?: readonly ExperimentState[];
  algorithm?: string;
  sort?: ExperimentSort;
  order?: 'asc' | 'desc';
  limit?: number;
  cursor?: string;
}

export interface ExperimentPage {
  experiments: ExperimentSummary[];
  nextCursor: string;
  total: number;
}

export interface TrialQuery {
  state?: readonly TrialState[];
  filter?: string;
  sort?: string;
  order?: 'asc' | 'desc';
  limit?: number;
  cursor?: string;
}

export interface TrialPage {
  trials: Trial[];
  nextCursor: string;
  total: number;
}

export interface Budget {
  maxTrialCount?: number;
  parallelTrialCount?: number;
  maxFailedTrialCount?: number;
}

function route({ namespace, name }: ExperimentName, ...rest: string[]): string {
  return path('experiments', namespace, name, ...rest);
}

export function listExperiments(query: ExperimentQuery = {}, signal?: AbortSignal) {
  return request<ExperimentPage>('/experiments', { query: { ...query }, signal });
}

export async function createExperiments(document: string): Promise<Experiment[]> {
  const reply = await request<{ experiments: Experiment[] }>('/experiments', {
    method: 'POST',
    body: { document },
  });
  return reply.experiments;
}

export function getExperiment(name: ExperimentName, signal?: AbortSignal) {
  return request<Experiment>(route(name), { signal });
}

export function deleteExperiment(name: ExperimentName) {
  return request<undefined>(route(name), { method: 'DELETE', body: {} });
}

export function stopExperiment(name: ExperimentName) {
  return request<Experiment>(route(name, 'stop'), { method: 'POST', body: {} });
}

export function pauseExperiment(name: ExperimentName) {
  return request<Experiment>(route(name, 'pause'), { method: 'POST', body: {} });
}

export function resumeExperiment(name: ExperimentName) {
  return request<Experiment>(route(name, 'resume'), { method: 'POST', body: {} });
}

// Fails with ABORTED when the experiment is no longer of that version.
export function editBudget(name: ExperimentName, budget: Budget, version: number) {
  return request<Experiment>(route(name, 'budget'), { method: 'PATCH', body: budget, version });
}

export function addTrial(name: ExperimentName, parameters: Record<string, string>) {
  return request<Trial>(route(name, 'trials'), { method: 'POST', body: { parameters } });
}

export async function getDocument(name: ExperimentName, signal?: AbortSignal): Promise<string> {
  return (await requestText(route(name, 'document'), { signal })).text;
}

export function listTrials(name: ExperimentName, query: TrialQuery = {}, signal?: AbortSignal) {
  return request<TrialPage>(route(name, 'trials'), { query: { ...query }, signal });
}

// The numbers of all trials for which the filter expression holds.
export async function matchingTrials(
  name: ExperimentName,
  filter: string,
  signal?: AbortSignal,
): Promise<number[]> {
  const query = { filter, fields: 'number' };
  return (await request<{ numbers: number[] }>(route(name, 'trials'), { query, signal })).numbers;
}

export function getTrialByNumber(name: ExperimentName, number: number, signal?: AbortSignal) {
  return request<Trial>(route(name, 'trials', String(number)), { signal });
}

export function getTable(name: ExperimentName, signal?: AbortSignal) {
  return request<TrialTable>(route(name, 'table'), { signal });
}

export function getCurves(
  name: ExperimentName,
  query: { metric: string; points?: number; trials?: number },
  signal?: AbortSignal,
) {
  return request<Curves>(route(name, 'curves'), { query, signal });
}

export function getImportance(
  name: ExperimentName,
  query: { evaluator: 'fanova' | 'ped-anova'; objective?: number },
  signal?: AbortSignal,
) {
  return request<Importance>(route(name, 'importance'), { query, signal });
}

// At most `limit` in the order in which they happened: the first ones, or the last with `latest`.
export async function listEvents(
  name: ExperimentName,
  query: { after?: number; limit?: number; latest?: boolean } = {},
  signal?: AbortSignal,
): Promise<ExperimentEvent[]> {
  const reply = await request<{ events: ExperimentEvent[] }>(route(name, 'events'), {
    query,
    signal,
  });
  return reply.events;
}

// Addresses for links that download.
export const downloads = {
  document: (name: ExperimentName) => url(route(name, 'document')),
  trialsCsv: (name: ExperimentName) => url(route(name, 'trials.csv')),
  trialsJson: (name: ExperimentName) => url(route(name, 'trials.json')),
};
