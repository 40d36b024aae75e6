import { useEffect, useSyncExternalStore } from 'react';
import { Icon } from '../components/Icon';
import styles from './toasts.module.css';

export interface Toast {
  id: number;
  kind: 'good' | 'bad';
  text: string;
}

const GOOD_SHOWN_MS = 5000;
const MOST_SHOWN = 4;

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of [...listeners]) listener();
}

// Tells what became of an action. Bad news stays until it is dismissed.
export function toast(kind: Toast['kind'], text: string): void {
  set([...toasts, { id: nextId++, kind, text }].slice(-MOST_SHOWN));
}

export function toastError(error: unknown): void {
  toast('bad', error instanceof Error ? error.message : String(error));
}

export function dismissToast(id: number): void {
  set(toasts.filter((one) => one.id !== id));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className={styles.region} role="status" aria-live="polite">
      {shown.map((one) => (
        <ToastCard key={one.id} toast={one} />
      ))}
    </div>
  );
}

function ToastCard({ toast: { id, kind, text } }: { toast: Toast }) {
  useEffect(() => {
    if (kind === 'bad') return;
    const timer = setTimeout(() => dismissToast(id), GOOD_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, kind]);
  return (
    <div className={`${styles.toast} ${styles[kind]}`}>
      <Icon name={kind === 'good' ? 'check' : 'warning'} />
      <span className={styles.text}>{text}</span>
      <button className={styles.close} aria-label="Dismiss" onClick={() => dismissToast(id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
