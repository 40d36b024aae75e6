import styles from './Sparkline.module.css';

const WIDTH = 96;
const HEIGHT = 22;
const MARGIN = 2;

// The points of the line in the drawing's units; what is not finite is left out.
export function sparklinePoints(values: readonly number[]): [number, number][] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [];
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  const step = values.length > 1 ? (WIDTH - 2 * MARGIN) / (values.length - 1) : 0;
  return values.flatMap((value, index): [number, number][] => {
    if (!Number.isFinite(value)) return [];
    const height = span > 0 ? (value - low) / span : 0.5;
    return [[MARGIN + index * step, HEIGHT - MARGIN - height * (HEIGHT - 2 * MARGIN)]];
  });
}

export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const points = sparklinePoints(values);
  const last = points.at(-1);
  if (!last) return <span className={styles.empty} />;
  return (
    <svg
      className={styles.sparkline}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={label}
      preserveAspectRatio="none"
    >
      <polyline points={points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')} />
      <circle cx={last[0]} cy={last[1]} r="1.8" />
    </svg>
  );
}
