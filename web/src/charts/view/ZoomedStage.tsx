import type { HTMLAttributes, ReactNode } from 'react';
import styles from './chart.module.css';

// Where a chart's layers lie over each other, enlarged: within it all is in pixels before zooming,
// pointers too.
export function ZoomedStage({
  width,
  height,
  zoom,
  children,
  ...rest
}: HTMLAttributes<HTMLDivElement> & {
  width: number;
  height: number;
  zoom: number;
  children: ReactNode;
}) {
  return (
    <div className={styles.stage} style={{ width: width * zoom, height: height * zoom }}>
      <div
        className={styles.zoomed}
        style={{ width, height, transform: zoom === 1 ? undefined : `scale(${zoom})` }}
        {...rest}
      >
        {children}
      </div>
    </div>
  );
}
