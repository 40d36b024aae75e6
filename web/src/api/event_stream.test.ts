import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventStream } from './event_stream';

// What the tests need of a browser's EventSource, driven by hand.
class FakeSource extends EventTarget {
  closed = false;

  constructor(readonly url: string) {
    super();
  }

  close() {
    this.closed = true;
  }

  open() {
    this.dispatchEvent(new Event('open'));
  }

  fail() {
    this.dispatchEvent(new Event('error'));
  }

  send(name: string, data: unknown, lastEventId = '') {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data), lastEventId }));
  }

  query(name: string) {
    return new URL(this.url, 'http://localhost').searchParams.get(name);
  }
}

let sources: FakeSource[];
let stream: EventStream;

function newest(): FakeSource {
  const source = sources.at(-1);
  if (!source) throw new Error('no stream was opened');
  return source;
}

const EXPERIMENT = { experiment: { namespace: 'default', name: 'a' } };

beforeEach(() => {
  vi.useFakeTimers();
  sources = [];
  stream = new EventStream((url) => {
    const source = new FakeSource(url);
    sources.push(source);
    return source as unknown as EventSource;
  });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('EventStream', () => {
  it('opens one stream for all that a page subscribes to', () => {
    stream.subscribe(['experiments'], {});
    stream.subscribe(['trial/default/t', 'experiments'], {});
    vi.advanceTimersByTime(0);
    expect(sources).toHaveLength(1);
    expect(newest().query('topics')).toBe('experiments,trial/default/t');
  });

  it('hands an event to the subscribers of its topics only', () => {
    const list = vi.fn();
    const own = vi.fn();
    const other = vi.fn();
    stream.subscribe(['experiments'], { experiment: list });
    stream.subscribe(['experiment/default/a'], { experiment: own });
    stream.subscribe(['experiment/default/b'], { experiment: other });
    vi.advanceTimersByTime(0);
    newest().open();
    newest().send('experiment', EXPERIMENT, 'e-1');
    expect(list).toHaveBeenCalledWith(EXPERIMENT);
    expect(own).toHaveBeenCalledWith(EXPERIMENT);
    expect(other).not.toHaveBeenCalled();
  });

  it('resumes after the last event when the connection is lost', () => {
    stream.subscribe(['experiments'], {});
    vi.advanceTimersByTime(0);
    newest().open();
    newest().send('experiment', EXPERIMENT, 'e-7');
    newest().fail();
    expect(stream.state).toBe('lost');
    expect(newest().closed).toBe(true);
    vi.advanceTimersByTime(500);
    expect(sources).toHaveLength(2);
    expect(newest().query('lastEventId')).toBe('e-7');
    newest().open();
    expect(stream.state).toBe('open');
  });

  it('waits longer after each failure, and not at all when asked to retry', () => {
    stream.subscribe(['experiments'], {});
    vi.advanceTimersByTime(0);
    newest().fail();
    vi.advanceTimersByTime(500);
    newest().fail();
    vi.advanceTimersByTime(999);
    expect(sources).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(sources).toHaveLength(3);
    newest().fail();
    stream.retry();
    vi.advanceTimersByTime(0);
    expect(sources).toHaveLength(4);
  });

  it('tells of every failure, so that somebody may ask why', () => {
    const failed = vi.fn();
    stream.onFailure(failed);
    stream.subscribe(['experiments'], {});
    vi.advanceTimersByTime(0);
    newest().fail();
    vi.advanceTimersByTime(500);
    newest().fail();
    expect(failed).toHaveBeenCalledTimes(2);
  });

  it('tells every subscriber to load again when the server cannot resume', () => {
    const reset = vi.fn();
    stream.subscribe(['experiments'], { reset });
    vi.advanceTimersByTime(0);
    newest().open();
    expect(reset).not.toHaveBeenCalled();
    newest().send('reset', {}, 'f-1');
    expect(reset).toHaveBeenCalledTimes(1);
    newest().fail();
    vi.advanceTimersByTime(500);
    expect(newest().query('lastEventId')).toBe('f-1');
  });

  it('is ready once open; who gave up waiting is told to load again', async () => {
    const reset = vi.fn();
    const prompt = stream.subscribe(['experiments'], { reset });
    vi.advanceTimersByTime(0);
    newest().open();
    await prompt.ready;
    expect(reset).not.toHaveBeenCalled();

    const impatient = stream.subscribe(['trial/default/t'], { reset });
    vi.advanceTimersByTime(1000);
    await impatient.ready;
    newest().open();
    expect(reset).toHaveBeenCalledTimes(1);
  });

  it('tells to load again after a loss before the first event', () => {
    const reset = vi.fn();
    stream.subscribe(['experiments'], { reset });
    vi.advanceTimersByTime(0);
    newest().open();
    newest().fail();
    vi.advanceTimersByTime(500);
    newest().open();
    expect(reset).toHaveBeenCalledTimes(1);
  });

  it('closes the stream with its last subscriber', () => {
    const subscription = stream.subscribe(['experiments'], {});
    vi.advanceTimersByTime(0);
    newest().open();
    subscription.close();
    vi.advanceTimersByTime(0);
    expect(newest().closed).toBe(true);
    expect(stream.state).toBe('idle');
  });

  it('gives the connection back while the page is hidden, and resumes', () => {
    const page = document.implementation.createHTMLDocument();
    const show = (state: string) => {
      Object.defineProperty(page, 'visibilityState', { value: state, configurable: true });
      page.dispatchEvent(new Event('visibilitychange'));
    };
    stream.watchPage(page);
    stream.subscribe(['experiments'], {});
    vi.advanceTimersByTime(0);
    newest().open();
    newest().send('experiment', EXPERIMENT, 'e-3');
    show('hidden');
    vi.advanceTimersByTime(14_000);
    expect(newest().closed).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(newest().closed).toBe(true);
    expect(stream.state).toBe('paused');
    show('visible');
    vi.advanceTimersByTime(0);
    expect(newest().query('lastEventId')).toBe('e-3');
  });

  it('follows a trial’s output from the given offset', () => {
    stream.subscribe(['logs/default/t'], { logOffset: () => 4096 });
    vi.advanceTimersByTime(0);
    expect(newest().query('logOffset')).toBe('4096');
  });
});
