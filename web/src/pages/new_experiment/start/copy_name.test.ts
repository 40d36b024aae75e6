import { expect, it } from 'vitest';
import { copyName } from './copy_name';

it.each([
  ['run', 'run-2'],
  ['run-2', 'run-3'],
  ['run-99', 'run-100'],
  ['v-2-x', 'v-2-x-2'],
])('a copy of %s is %s', (name, copy) => {
  expect(copyName(name)).toBe(copy);
});

it('stays within the length that is allowed', () => {
  expect(copyName('x'.repeat(54))).toBe('x'.repeat(52) + '-2');
});
