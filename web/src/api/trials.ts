import { path, request, requestText, url } from './client';
import type { Architecture, MetricSeries, TrialDetail, TrialFile } from './types';

export interface TrialName {
  namespace: string;
  name: string;
}

export interface LogPart {
  text: string;
  offset: number; // in bytes, where it begins
  nextOffset: number; // bytes from the beginning of the output
}

function route({ namespace, name }: TrialName, ...rest: string[]): string {
  return path('trials', namespace, name, ...rest);
}

export function getTrial(name: TrialName, signal?: AbortSignal) {
  return request<TrialDetail>(route(name), { signal });
}

// Holds all points up to `change`.
export interface MetricsReply {
  change: number;
  series: MetricSeries[];
}

export function getMetrics(
  name: TrialName,
  query: { metric?: string; points?: number } = {},
  signal?: AbortSignal,
) {
  return request<MetricsReply>(route(name, 'metrics'), { query, signal });
}

// At most 1 MiB from `offset`, or the last `tail` bytes.
export async function getLogs(
  name: TrialName,
  query: { offset?: number; tail?: number },
  signal?: AbortSignal,
): Promise<LogPart> {
  const { text, headers } = await requestText(route(name, 'logs'), { query, signal });
  return {
    text,
    offset: Number(headers.get('X-Offset') ?? 0),
    nextOffset: Number(headers.get('X-Next-Offset') ?? 0),
  };
}

export async function listFiles(name: TrialName, signal?: AbortSignal): Promise<TrialFile[]> {
  return (await request<{ files: TrialFile[] }>(route(name, 'files'), { signal })).files;
}

export function getArchitecture(name: TrialName, signal?: AbortSignal) {
  return request<Architecture>(route(name, 'architecture'), { signal });
}

// The address of a file of the trial's folder, for a link that downloads.
export function fileUrl(name: TrialName, file: string): string {
  return url(route(name, 'files') + path(...file.split('/')));
}

export function logsUrl(name: TrialName): string {
  return url(route(name, 'logs'));
}
