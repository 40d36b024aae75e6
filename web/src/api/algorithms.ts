import { request } from './client';
import type { Algorithm } from './types';

export async function listAlgorithms(signal?: AbortSignal): Promise<Algorithm[]> {
  return (await request<{ algorithms: Algorithm[] }>('/algorithms', { signal })).algorithms;
}
