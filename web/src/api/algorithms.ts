import { request } from './client';
import type { Algorithm, StoppingRule } from './types';

export async function listAlgorithms(signal?: AbortSignal): Promise<Algorithm[]> {
  return (await request<{ algorithms: Algorithm[] }>('/algorithms', { signal })).algorithms;
}

export async function listStoppingRules(signal?: AbortSignal): Promise<StoppingRule[]> {
  return (await request<{ stoppingRules: StoppingRule[] }>('/algorithms', { signal }))
    .stoppingRules;
}
