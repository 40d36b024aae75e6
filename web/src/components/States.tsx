import type { ReactNode } from 'react';
import type { ApiError } from '../api/client';
import { Button } from './Button';
import { Icon, type IconName } from './Icon';
import styles from './States.module.css';

// Says that there is nothing here, and what to do about it.
export function EmptyState({
  icon = 'info',
  title,
  children,
  action,
}: {
  icon?: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={styles.state}>
      <Icon name={icon} size={28} />
      <p className={styles.title}>{title}</p>
      {children && <div className={styles.text}>{children}</div>}
      {action}
    </div>
  );
}

const ADVICE: Record<string, string> = {
  UNREACHABLE: 'Is “qalam serve” still running? The page tries again once it answers.',
  NOT_FOUND: 'It may have been deleted, or the address may have a typing error.',
};

export function ErrorState({ error, onRetry }: { error: ApiError; onRetry?: () => void }) {
  return (
    <div className={`${styles.state} ${styles.error}`} role="alert">
      <Icon name="warning" size={28} />
      <p className={styles.title}>{error.message}</p>
      {ADVICE[error.code] && <p className={styles.text}>{ADVICE[error.code]}</p>}
      {onRetry && (
        <Button icon="refresh" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

// Shown late: what comes at once should not flicker.
export function LoadingState({ label = 'Loading…' }: { label?: string }) {
  return (
    <div className={`${styles.state} ${styles.loading}`} role="status">
      <span className={styles.spinner} aria-hidden="true" />
      <p>{label}</p>
    </div>
  );
}
