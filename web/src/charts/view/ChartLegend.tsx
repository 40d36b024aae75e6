import type { ChartModel, LegendEntry } from '../chart';
import type { ChartTheme } from '../draw/chart_theme';
import styles from './chart.module.css';

export function ChartLegend({ model, theme }: { model: ChartModel; theme: ChartTheme }) {
  if (model.legend.length === 0 && !model.ramp) return null;
  return (
    <ul className={styles.legend} aria-label="Legend">
      {model.legend.map((entry) => (
        <li key={entry.label}>
          <LegendMark entry={entry} />
          {entry.label}
        </li>
      ))}
      {model.ramp && (
        <li>
          {model.ramp.title && <span>{model.ramp.title}:</span>}
          <span>{model.ramp.low}</span>
          <span
            className={styles.ramp}
            style={{ background: `linear-gradient(to right, ${theme.ramp.join(', ')})` }}
          />
          <span>{model.ramp.high}</span>
        </li>
      )}
    </ul>
  );
}

function LegendMark({ entry }: { entry: LegendEntry }) {
  const { color, shape } = entry;
  return (
    <svg width="16" height="12" viewBox="0 0 16 12" aria-hidden="true">
      {shape === 'dot' && <circle cx="8" cy="6" r="4" fill={color} />}
      {shape === 'ring' && (
        <circle cx="8" cy="6" r="3.5" fill="none" stroke={color} strokeWidth="1.6" />
      )}
      {shape === 'square' && <rect x="3" y="2" width="10" height="8" rx="2" fill={color} />}
      {shape === 'line' && <path d="M0 6h16" stroke={color} strokeWidth="2.4" />}
      {shape === 'dash' && (
        <path d="M0 6h16" stroke={color} strokeWidth="2.4" strokeDasharray="3 3" />
      )}
    </svg>
  );
}
