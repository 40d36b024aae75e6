import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, path, queryString, request } from './client';

function answer(status: number, body?: unknown): ReturnType<typeof vi.fn> {
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  const mock = vi.fn(async () => new Response(text, { status }));
  vi.stubGlobal('fetch', mock);
  return mock;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('addresses', () => {
  it('escape what stands in them', () => {
    expect(path('experiments', 'a/b', '<i>')).toBe('/experiments/a%2Fb/%3Ci%3E');
    expect(queryString({ search: 'a&b', state: ['Failed', 'Stopped'], limit: 5, no: '' })).toBe(
      '?search=a%26b&state=Failed&state=Stopped&limit=5',
    );
    expect(queryString({})).toBe('');
  });
});

describe('request', () => {
  it('sends the version that a change is made to', async () => {
    const mock = answer(200, {});
    await request('/x', { method: 'PATCH', body: { maxTrialCount: 3 }, version: 12 });
    const [url, init] = mock.mock.calls[0] as [string, RequestInit];
    expect(url).toBe('/api/v1/x');
    expect(init.headers).toEqual({ 'Content-Type': 'application/json', 'If-Match': '"12"' });
    expect(init.body).toBe('{"maxTrialCount":3}');
  });

  it('throws what the server says', async () => {
    const fault = { source: '', line: 3, column: 5, field: 'spec', message: 'is wrong' };
    answer(400, { error: { code: 'INVALID_ARGUMENT', message: 'has faults', faults: [fault] } });
    const error = await request('/x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 400,
      code: 'INVALID_ARGUMENT',
      message: 'has faults',
      faults: [fault],
    });
  });

  it('makes an error of an answer that is no JSON, and of none', async () => {
    answer(502, '<html>');
    await expect(request('/x')).rejects.toMatchObject({ status: 502, code: 'UNKNOWN' });
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('refused')));
    await expect(request('/x')).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('takes an answer without content', async () => {
    answer(204);
    await expect(request('/x', { method: 'DELETE' })).resolves.toBeUndefined();
  });
});
