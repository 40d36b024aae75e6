import { describe, expect, it } from 'vitest';
import { append, byteLength, logOf, prepend, shownLine } from './log_lines';
import { shellWords } from './shell_words';
import { appendPoints, decodeMetric } from './use_metrics';

describe('a log', () => {
  it('grows at both ends, in the middle of lines too', () => {
    let log = logOf('one\ntw', 100, 106);
    log = append(log, 'o\nthree\n', 114);
    log = prepend(log, 'zero\nno', 93);
    expect(log).toEqual({
      begin: 93,
      end: 114,
      lines: ['zero', 'noone', 'two', 'three', ''],
    });
  });
  it('is shown as a terminal would leave it', () => {
    expect(shownLine('10 %\r50 %\r100 %')).toBe('100 %');
    expect(shownLine('windows\r')).toBe('windows');
    expect(shownLine('\x1b[31mred\x1b[0m <b>')).toBe('red <b>');
  });
  it('is counted in bytes', () => expect(byteLength('é\n')).toBe(3));
});

describe('shellWords', () => {
  it('quotes what a shell would change', () => {
    expect(shellWords(['python3', 'a b', "it's", '$(x)', '', '--lr=0.1'])).toBe(
      `python3 'a b' 'it'\\''s' '$(x)' '' --lr=0.1`,
    );
  });
});

describe('metrics', () => {
  const series = (metric: string, values: (number | 'NaN')[], steps: number[]) => ({
    metric,
    steps,
    times: steps.map((step) => step * 10),
    values,
    texts: values.map((value) => (value === 'NaN' ? 'text' : '')),
  });
  it('take new points at their ends', () => {
    const first = [decodeMetric({ ...series('loss', [3, 2], [1, 2]), total: 50 })];
    const second = appendPoints(first, series('loss', ['NaN'], [3]));
    expect(second[0]!.total).toBe(51);
    expect([...second[0]!.values]).toEqual([3, 2, NaN]);
    expect([...second[0]!.steps]).toEqual([1, 2, 3]);
    expect(second[0]!.texts).toEqual(['', '', 'text']);
    expect([...first[0]!.values]).toEqual([3, 2]);
    expect(appendPoints(second, series('new', [1], [1])).map((one) => one.metric)).toEqual([
      'loss',
      'new',
    ]);
  });
});
