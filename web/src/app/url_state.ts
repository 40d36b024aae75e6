import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

export type UrlPatch = Record<string, string | readonly string[] | undefined>;

// What a page shows, kept in the address after the "?", so that a link restores it. Setting a name
// to undefined or '' removes it. Typing replaces the history's entry, choosing makes a new one.
export function useUrlState(): [
  URLSearchParams,
  (patch: UrlPatch, options?: { push?: boolean }) => void,
] {
  const [parameters, setParameters] = useSearchParams();
  const change = useCallback(
    (patch: UrlPatch, options: { push?: boolean } = {}) => {
      setParameters((now) => applyPatch(now, patch), { replace: !options.push });
    },
    [setParameters],
  );
  return [parameters, change];
}

export function applyPatch(now: URLSearchParams, patch: UrlPatch): URLSearchParams {
  const next = new URLSearchParams(now);
  for (const [name, value] of Object.entries(patch)) {
    next.delete(name);
    if (value === undefined || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) next.append(name, one as string);
  }
  return next;
}
