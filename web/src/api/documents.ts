import { request } from './client';
import type { Example, ValidateReply } from './types';

export async function listExamples(signal?: AbortSignal): Promise<Example[]> {
  return (await request<{ examples: Example[] }>('/examples', { signal })).examples;
}

// Faults come as data; it creates nothing.
export function validateDocument(document: string, signal?: AbortSignal) {
  return request<ValidateReply>('/validate', { method: 'POST', body: { document }, signal });
}
