import { expect, it } from 'vitest';
import { applyPatch } from './url_state';

it('sets, replaces, repeats and removes names', () => {
  const now = new URLSearchParams('search=old&state=Failed&state=Stopped&other=1');
  const next = applyPatch(now, { search: 'a b', state: ['Running'], other: undefined, none: '' });
  expect(next.toString()).toBe('search=a+b&state=Running');
  expect(applyPatch(next, { state: [] }).toString()).toBe('search=a+b');
});
