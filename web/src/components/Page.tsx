import { useEffect, type ReactNode } from 'react';
import styles from './Page.module.css';

// A page's frame: its heading (also the tab's title), actions beside it, and the content.
// `fill` gives the content the rest of the window's height, for tables that scroll by themselves.
export function Page({
  title,
  heading,
  actions,
  fill,
  children,
}: {
  title: string;
  heading?: ReactNode;
  actions?: ReactNode;
  fill?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Qalam`;
  }, [title]);
  return (
    <main id="content" tabIndex={-1} className={`${styles.page} ${fill ? styles.fill : ''}`}>
      <header className={styles.header}>
        <div className={styles.heading}>{heading ?? <h1>{title}</h1>}</div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </main>
  );
}

export function Card({
  title,
  actions,
  children,
  flush,
}: {
  title?: string;
  actions?: ReactNode;
  children: ReactNode;
  flush?: boolean; // the content reaches the card's edges
}) {
  return (
    <section className={styles.card} aria-label={title}>
      {(title || actions) && (
        <header className={styles.cardHeader}>
          <h2>{title}</h2>
          {actions && <div className={styles.actions}>{actions}</div>}
        </header>
      )}
      <div className={flush ? styles.flush : styles.cardBody}>{children}</div>
    </section>
  );
}
