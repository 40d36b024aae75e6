import { useEffect, useRef, useState, type ReactNode } from 'react';
import styles from './chart.module.css';

// Makes its content once it comes near the window's view, so that a page of many charts opens as
// fast as what is seen of it.
export function NearView({
  id,
  wide,
  eager,
  children,
}: {
  id: string;
  wide?: boolean; // takes the whole line of the grid
  eager?: boolean;
  children: ReactNode;
}) {
  const element = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(eager ?? false);
  useEffect(() => {
    if (near || !element.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setNear(true);
      },
      { rootMargin: '100px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [near]);
  return (
    <div ref={element} id={id} className={`${styles.near} ${wide ? styles.wide : ''}`}>
      {near ? children : <div className={styles.placeholder} aria-hidden="true" />}
    </div>
  );
}
