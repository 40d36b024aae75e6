import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { Button } from '../components/Button';
import { ConnectionBanner } from './ConnectionBanner';
import { ErrorBoundary } from './ErrorBoundary';
import { InsecureBanner } from './InsecureBanner';
import { links } from './links';
import { signOut, useSession } from './session';
import { SignInPage } from './SignInPage';
import { ThemeSwitch } from './ThemeSwitch';
import { toastError } from './toasts';
import styles from './Layout.module.css';

const NAVIGATION = [
  { href: links.experiments(), label: 'Experiments', under: ['/experiments', '/trials'] },
  { href: links.newExperiment(), label: 'New experiment', under: ['/new'] },
  { href: links.compare(), label: 'Compare', under: ['/compare'] },
  { href: links.algorithms(), label: 'Algorithms', under: ['/algorithms'] },
  { href: links.system(), label: 'System', under: ['/system'] },
];

export function Layout({ children }: { children: ReactNode }) {
  const [location] = useLocation();
  const [open, setOpen] = useState(false);
  const session = useSession();
  const first = useRef(true);
  useEffect(() => {
    setOpen(false);
    // A screen reader and the keyboard go on at the new page, as after a real load.
    if (first.current) first.current = false;
    else document.getElementById('content')?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [location]);
  return (
    <>
      <a
        className={styles.skip}
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('content')?.focus();
        }}
      >
        Skip to the content
      </a>
      <header className={styles.header}>
        <Link href={links.experiments()} className={styles.brand}>
          <img src="/icon.svg" alt="" width="24" height="24" />
          Qalam
        </Link>
        <Button
          kind="quiet"
          icon={open ? 'close' : 'menu'}
          aria-label="Menu"
          aria-expanded={open}
          aria-controls="navigation"
          className={styles.menu}
          onClick={() => setOpen(!open)}
        />
        <nav
          id="navigation"
          aria-label="Pages"
          className={`${styles.navigation} ${open ? styles.open : ''}`}
        >
          {NAVIGATION.map(({ href, label, under }) => {
            const current = under.some(
              (part) => location === part || location.startsWith(part + '/'),
            );
            return (
              <Link
                key={href}
                href={href}
                className={styles.link}
                aria-current={current ? 'page' : undefined}
              >
                {label}
              </Link>
            );
          })}
        </nav>
        {session.given && (
          <Button kind="quiet" onClick={() => void signOut().catch(toastError)}>
            Sign out
          </Button>
        )}
        <ThemeSwitch />
      </header>
      <InsecureBanner />
      <ConnectionBanner />
      <ErrorBoundary resetKey={location}>
        {session.wanted ? <SignInPage /> : children}
      </ErrorBoundary>
    </>
  );
}
