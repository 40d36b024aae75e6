import { useSyncExternalStore } from 'react';
import { onUnauthenticated } from '../api/client';
import { eventStream } from '../api/event_stream';
import { closeSession, openSession } from '../api/session';
import { getServerInfo } from '../api/system';

// Whether a token was given in this browser, so that there is something to sign out of: the cookie
// itself cannot be seen.
const STORAGE_KEY = 'qalam.signedIn';

export interface Session {
  wanted: boolean; // the server wants its token before it says more
  given: boolean;
}

let session: Session = { wanted: false, given: readGiven() };
const listeners = new Set<() => void>();

function readGiven(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) === 'yes';
  } catch {
    return false;
  }
}

function set(next: Session): void {
  session = next;
  try {
    if (next.given) localStorage.setItem(STORAGE_KEY, 'yes');
    else localStorage.removeItem(STORAGE_KEY);
  } catch {
    // Then it holds for this page.
  }
  for (const listener of [...listeners]) listener();
}

export function useSession(): Session {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => session,
  );
}

export async function signIn(token: string): Promise<void> {
  await openSession(token);
  set({ wanted: false, given: true });
}

export async function signOut(): Promise<void> {
  await closeSession();
  set({ wanted: true, given: false });
}

// Call once. A stream of events cannot see why it was refused, so a request asks for it.
export function watchSession(): void {
  onUnauthenticated(() => {
    if (!session.wanted) set({ wanted: true, given: false });
  });
  eventStream.onFailure(() => {
    getServerInfo().catch(() => undefined);
  });
}
