import { describe, expect, it, vi } from 'vitest';
import { append, logOf, prepend, shownLine } from './log_lines';
import { shellWords } from './shell_words';
import { LiveMetrics, type LiveMetric } from './live_metrics';

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
});

describe('shellWords', () => {
  it('quotes what a shell would change', () => {
    expect(shellWords(['python3', 'a b', "it's", '$(x)', '', '--lr=0.1'])).toBe(
      `python3 'a b' 'it'\\''s' '$(x)' '' --lr=0.1`,
    );
  });
});

describe('LiveMetrics', () => {
  const series = (metric: string, values: (number | 'NaN')[], steps: number[]) => ({
    metric,
    steps,
    times: steps.map((step) => step * 10),
    values,
    texts: values.map((value) => (value === 'NaN' ? 'text' : '')),
  });
  const event = (since: number, change: number, ...all: ReturnType<typeof series>[]) => ({
    trial: 'default/t',
    since,
    change,
    series: all,
  });
  const loss = { ...series('loss', [3, 2], [1, 2]), total: 50 };

  function start() {
    const seen: (readonly LiveMetric[])[] = [];
    const loadAgain = vi.fn();
    return { seen, loadAgain, live: new LiveMetrics((metrics) => seen.push(metrics), loadAgain) };
  }

  it('take new points at their ends', () => {
    const { seen, live } = start();
    live.load({ change: 10, series: [loss] });
    live.apply(event(10, 12, series('loss', ['NaN'], [3]), series('new', [1], [1])));
    const [first, second] = seen[1]!;
    expect(first!.total).toBe(51);
    expect([...first!.values]).toEqual([3, 2, NaN]);
    expect([...first!.steps]).toEqual([1, 2, 3]);
    expect(first!.texts).toEqual(['', '', 'text']);
    expect(second!.metric).toBe('new');
    expect([...seen[0]![0]!.values]).toEqual([3, 2]);
  });

  it('keep what comes before the answer, and take nothing twice', () => {
    const { seen, live } = start();
    live.apply(event(8, 10, series('loss', [2], [2])));
    live.apply(event(10, 11, series('loss', [1], [3])));
    live.load({ change: 10, series: [loss] });
    expect([...seen[0]![0]!.values]).toEqual([3, 2, 1]);
    live.apply(event(10, 11, series('loss', [1], [3])));
    expect(seen).toHaveLength(1);
  });

  it('load again where an event and the answer overlap', () => {
    const { seen, live, loadAgain } = start();
    live.load({ change: 10, series: [loss] });
    live.apply(event(9, 12, series('loss', [2, 1], [2, 3])));
    expect(loadAgain).toHaveBeenCalledOnce();
    live.apply(event(12, 13, series('loss', [0], [4])));
    live.load({ change: 12, series: [{ ...series('loss', [3, 2, 1], [1, 2, 3]), total: 51 }] });
    expect([...seen.at(-1)![0]!.values]).toEqual([3, 2, 1, 0]);
  });
});
