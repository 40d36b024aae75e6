import { expect, it } from 'vitest';
import { smallestChange } from './text_change';

it.each([
  ['abc', 'abc'],
  ['abc', 'abXc'],
  ['abc', 'ac'],
  ['aaa', 'aa'],
  ['', 'new'],
  ['old', ''],
  ['name: one\n', 'name: two\n'],
])('turns %j into %j', (before, after) => {
  const change = smallestChange(before, after);
  if (!change) return expect(before).toBe(after);
  const { from, to, insert } = change;
  expect(before.slice(0, from) + insert + before.slice(to)).toBe(after);
});

it('touches only what differs', () => {
  expect(smallestChange('a: 1\nb: 2\nc: 3\n', 'a: 1\nb: 20\nc: 3\n')).toEqual({
    from: 9,
    to: 9,
    insert: '0',
  });
});
