import { expect, it } from 'vitest';
import { bytesText, numberText } from './number_text';

it.each([
  [undefined, '–'],
  [0, '0'],
  [0.956582, '0.95658'],
  [-12.5, '−12.5'],
  [1234567, '1234567'],
  [123456789, '1.235e8'],
  [0.0000123456, '1.235e−5'],
  [NaN, 'NaN'],
  [-Infinity, '−∞'],
])('numberText(%s) is %s', (value, text) => {
  expect(numberText(value)).toBe(text);
});

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [73400320, '70.0 MiB'],
  [5e15, '4547 TiB'],
])('bytesText(%s) is %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
