import { request } from './client';
import type { ServerInfo } from './types';

export function getServerInfo(signal?: AbortSignal) {
  return request<ServerInfo>('/info', { signal });
}
