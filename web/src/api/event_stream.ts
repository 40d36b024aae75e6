import { queryString, API } from './client';
import { EVENT_NAMES, topicsOf, type EventData, type EventName, type Topic } from './events';

export type ConnectionState = 'idle' | 'connecting' | 'open' | 'lost' | 'paused';

export type EventHandlers = {
  [Name in EventName]?: (data: EventData[Name]) => void;
} & {
  // What was loaded may have missed changes: load it again.
  reset?: () => void;
  // From which byte a logs topic goes on.
  logOffset?: () => number;
};

export interface Subscription {
  // Resolves once nothing that happens from now on is missed, or after a moment without a
  // connection; then `reset` follows when there is one.
  ready: Promise<void>;
  close: () => void;
}

interface Subscriber {
  topics: readonly Topic[];
  handlers: EventHandlers;
  stale: boolean; // may have loaded something while there was no connection
  becomeReady: () => void;
}

const READY_PATIENCE_MS = 1000;
const RETRY_DELAYS_MS = [500, 1000, 2000, 5000];
// A browser opens six connections to a server at most, for all of its tabs; those in the
// background give theirs back.
const HIDDEN_PATIENCE_MS = 15_000;

// One EventSource for everything that a page shows. It is opened anew when the topics change, and
// when it was lost; the last event's id lets the server send what was missed.
export class EventStream {
  private readonly subscribers = new Set<Subscriber>();
  private readonly listeners = new Set<() => void>();
  private readonly failureListeners = new Set<() => void>();
  private source: EventSource | undefined;
  private openedTopics = '';
  private lastEventId: string | undefined;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private current: ConnectionState = 'idle';

  constructor(
    private readonly open: (url: string) => EventSource = (url) => new EventSource(url),
  ) {}

  get state(): ConnectionState {
    return this.current;
  }

  onState(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  // Calls it after each attempt that failed, and each loss: an EventSource cannot say why.
  onFailure(listener: () => void): void {
    this.failureListeners.add(listener);
  }

  subscribe(topics: readonly Topic[], handlers: EventHandlers): Subscription {
    let becomeReady: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => (becomeReady = resolve));
    const subscriber: Subscriber = { topics, handlers, stale: false, becomeReady };
    this.subscribers.add(subscriber);
    this.schedule(0);
    const patience = setTimeout(() => {
      subscriber.stale = true;
      becomeReady();
    }, READY_PATIENCE_MS);
    void ready.then(() => clearTimeout(patience));
    return {
      ready,
      close: () => {
        clearTimeout(patience);
        this.subscribers.delete(subscriber);
        this.schedule(0);
      },
    };
  }

  // Tries at once rather than after the pause that follows a failure.
  retry(): void {
    if (this.current === 'lost') this.schedule(0);
  }

  // Follows the page's visibility and the network's return; call once.
  watchPage(page: Document = document): void {
    let hiding: ReturnType<typeof setTimeout> | undefined;
    page.addEventListener('visibilitychange', () => {
      clearTimeout(hiding);
      if (page.visibilityState === 'hidden') {
        hiding = setTimeout(() => this.pause(), HIDDEN_PATIENCE_MS);
      } else if (this.current === 'paused') {
        this.setState('connecting');
        this.schedule(0);
      }
    });
    page.defaultView?.addEventListener('online', () => this.retry());
  }

  private pause(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.closeSource();
    for (const subscriber of this.subscribers) subscriber.stale = true;
    this.setState('paused');
  }

  private wantedTopics(): string {
    const all = new Set<string>();
    for (const { topics } of this.subscribers) for (const topic of topics) all.add(topic);
    return [...all].sort().join(',');
  }

  private schedule(delay: number): void {
    if (this.current === 'paused') return;
    clearTimeout(this.timer);
    // Even without a delay: a page subscribes several times in a row.
    this.timer = setTimeout(() => this.connect(), delay);
  }

  private connect(): void {
    this.timer = undefined;
    const wanted = this.wantedTopics();
    if (wanted === '') {
      this.closeSource();
      this.lastEventId = undefined;
      this.setState('idle');
      return;
    }
    if (this.source && wanted === this.openedTopics) {
      if (this.current === 'open') this.announceOpen();
      return;
    }
    this.closeSource();
    if (this.current !== 'lost') this.setState('connecting');
    this.openedTopics = wanted;
    const source = this.open(this.address(wanted));
    this.source = source;
    source.addEventListener('open', () => {
      if (source === this.source) this.opened();
    });
    source.addEventListener('error', () => {
      if (source === this.source) this.lost();
    });
    source.addEventListener('reset', (event) => {
      this.remember(event as MessageEvent<string>);
      for (const { handlers } of [...this.subscribers]) handlers.reset?.();
    });
    for (const name of EVENT_NAMES) {
      source.addEventListener(name, (event) => this.dispatch(name, event as MessageEvent<string>));
    }
  }

  private address(topics: string): string {
    let logOffset: number | undefined;
    for (const { handlers } of this.subscribers) logOffset ??= handlers.logOffset?.();
    return `${API}/events${queryString({ topics, lastEventId: this.lastEventId, logOffset })}`;
  }

  private opened(): void {
    this.failures = 0;
    this.setState('open');
    this.announceOpen();
  }

  private announceOpen(): void {
    for (const subscriber of [...this.subscribers]) {
      // With an id the server sends what was missed, or says that it cannot.
      if (subscriber.stale && this.lastEventId === undefined) subscriber.handlers.reset?.();
      subscriber.stale = false;
      subscriber.becomeReady();
    }
  }

  private lost(): void {
    this.closeSource();
    for (const subscriber of this.subscribers) subscriber.stale = true;
    this.setState('lost');
    const delay = RETRY_DELAYS_MS[Math.min(this.failures, RETRY_DELAYS_MS.length - 1)] ?? 0;
    this.failures += 1;
    this.schedule(delay);
    for (const listener of this.failureListeners) listener();
  }

  private dispatch<Name extends EventName>(name: Name, event: MessageEvent<string>): void {
    this.remember(event);
    const data = JSON.parse(event.data) as EventData[Name];
    const meant = new Set(topicsOf(name, data));
    for (const { topics, handlers } of [...this.subscribers]) {
      const handle = handlers[name] as ((data: EventData[Name]) => void) | undefined;
      if (handle && topics.some((topic) => meant.has(topic))) handle(data);
    }
  }

  private remember(event: MessageEvent<string>): void {
    if (event.lastEventId !== '') this.lastEventId = event.lastEventId;
  }

  private closeSource(): void {
    this.source?.close();
    this.source = undefined;
    this.openedTopics = '';
  }

  private setState(state: ConnectionState): void {
    if (state === this.current) return;
    this.current = state;
    for (const listener of [...this.listeners]) listener();
  }
}

export const eventStream = new EventStream();
