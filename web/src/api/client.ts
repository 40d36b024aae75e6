import type { Fault } from './types';

export const API = '/api/v1';

// What the server said, or UNREACHABLE when nothing came back.
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly faults: Fault[] = [],
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export type QueryValue = string | number | boolean | readonly string[] | undefined;

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  query?: Record<string, QueryValue>;
  body?: unknown;
  version?: number; // the version that a change is made to; 412 when it has moved on
  signal?: AbortSignal;
}

// Joins path segments, each escaped.
export function path(...segments: (string | number)[]): string {
  return segments.map((segment) => '/' + encodeURIComponent(segment)).join('');
}

export function queryString(query: Record<string, QueryValue> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return text === '' ? '' : '?' + text;
}

export function url(route: string, query?: Record<string, QueryValue>): string {
  return API + route + queryString(query);
}

const unauthenticated = new Set<() => void>();

// Calls it whenever the server wants its token, which the API's answers say with 401.
export function onUnauthenticated(tell: () => void): void {
  unauthenticated.add(tell);
}

async function send(route: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = {};
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  else if (options.method === 'POST') headers['Content-Type'] = 'application/json';
  if (options.version !== undefined) headers['If-Match'] = `"${options.version}"`;
  let response: Response;
  try {
    response = await fetch(url(route, options.query), {
      method: options.method ?? 'GET',
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'UNREACHABLE', 'The server cannot be reached.');
  }
  if (response.status === 401) for (const tell of unauthenticated) tell();
  if (!response.ok) throw await errorOf(response);
  return response;
}

async function errorOf(response: Response): Promise<ApiError> {
  try {
    const { error } = await response.json();
    return new ApiError(response.status, error.code, error.message, error.faults ?? []);
  } catch {
    return new ApiError(response.status, 'UNKNOWN', `The server answered ${response.status}.`);
  }
}

// The answer's JSON; undefined when there is none (204).
export async function request<T>(route: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(route, options);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export async function requestText(
  route: string,
  options: RequestOptions = {},
): Promise<{ text: string; headers: Headers }> {
  const response = await send(route, options);
  return { text: await response.text(), headers: response.headers };
}
