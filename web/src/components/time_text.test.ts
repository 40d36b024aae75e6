import { expect, it } from 'vitest';
import { agoText, durationText } from './time_text';

it.each([
  [250, '250 ms'],
  [1500, '1.5 s'],
  [59_400, '59 s'],
  [65_000, '1 min 5 s'],
  [3_600_000, '1 h'],
  [90_000_000, '1 d 1 h'],
  [-5, '0 ms'],
])('durationText(%s) is %s', (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});

it.each([
  [2_000, 'just now'],
  [30_000, '30 s ago'],
  [150_000, '2 min ago'],
  [7_300_000, '2 h ago'],
  [200_000_000, '2 d ago'],
  [-60_000, 'just now'],
])('what was %s ms before is %s', (span, text) => {
  const now = Date.UTC(2026, 10, 28);
  expect(agoText(new Date(now - span), now)).toBe(text);
});
