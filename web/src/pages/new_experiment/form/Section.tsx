import { useEffect, useState, type ReactNode } from 'react';
import { Icon } from '../../../components/Icon';
import type { DocumentPath } from '../document/document_path';
import { hasFaultUnder, useForm } from './form_context';
import styles from './form.module.css';

// A part of the form that opens and closes, with a mark when something in it has a fault.
export function Section({
  title,
  summary,
  paths,
  open: openAtFirst = true,
  children,
}: {
  title: string;
  summary?: string; // said while it is closed
  paths: readonly DocumentPath[];
  open?: boolean;
  children: ReactNode;
}) {
  const { faults } = useForm();
  const [open, setOpen] = useState(openAtFirst);
  // What comes to hold something, as when a document is opened, is shown.
  useEffect(() => {
    if (openAtFirst) setOpen(true);
  }, [openAtFirst]);
  const wrong = paths.some((path) => hasFaultUnder(faults, path));
  return (
    <section className={styles.section} aria-label={title}>
      <h2>
        <button
          type="button"
          className={styles.sectionHead}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <span className={open ? styles.turned : styles.arrow}>
            <Icon name="right" size={14} />
          </span>
          {title}
          {wrong && (
            <span className={styles.wrong}>
              <Icon name="warning" size={14} />
              <span className="visually-hidden">has a fault</span>
            </span>
          )}
          {!open && summary && <span className={styles.summary}>{summary}</span>}
        </button>
      </h2>
      {open && <div className={styles.sectionBody}>{children}</div>}
    </section>
  );
}
