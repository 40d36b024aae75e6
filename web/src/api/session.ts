import { request } from './client';

// Exchanges the server's token for a cookie that scripts cannot read.
export function openSession(token: string) {
  return request<undefined>('/session', { method: 'POST', body: { token } });
}

export function closeSession() {
  return request<undefined>('/session', { method: 'DELETE', body: {} });
}
