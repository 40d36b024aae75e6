// The colours of a chart, those of styles/tokens.css: a canvas knows no CSS variables.
export interface ChartTheme {
  readonly name: 'light' | 'dark';
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly grid: string;
  readonly accent: string;
  readonly best: string;
  // Lines of different things, told apart also by those who see few colours.
  readonly series: readonly string[];
  readonly states: Readonly<Record<string, string>>;
  // From what is least to what matters most, evenly spaced; the last stands out the most.
  readonly ramp: readonly string[];
}

const FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", Arial, sans-serif';
export const CHART_FONT = FONT;

export const LIGHT_CHART: ChartTheme = {
  name: 'light',
  background: '#ffffff',
  text: '#1a1f27',
  muted: '#566070',
  line: '#c3cad4',
  grid: '#e9edf2',
  accent: '#1f6fb2',
  best: '#c25e00',
  series: ['#1f6fb2', '#c25e00', '#1b8a66', '#a2477f', '#7a6b00', '#4b55b5', '#8c3b2a', '#3d7482'],
  states: {
    Pending: '#94a3b8',
    Running: '#0891b2',
    Succeeded: '#1f6fb2',
    Failed: '#b3261e',
    Killed: '#78716c',
    EarlyStopped: '#7a45b8',
    MetricsUnavailable: '#8a5200',
  },
  ramp: ['#e9cf5f', '#b9c650', '#74b96c', '#35a08c', '#2a7ea0', '#35559c', '#36206f'],
};

export const DARK_CHART: ChartTheme = {
  name: 'dark',
  background: '#161a21',
  text: '#e4e8ee',
  muted: '#9aa5b4',
  line: '#465263',
  grid: '#262e3a',
  accent: '#62a8e5',
  best: '#f0a04b',
  series: ['#62a8e5', '#f0a04b', '#4cc49c', '#dc8fc0', '#d9c94c', '#98a1f0', '#e08c79', '#7fbecd'],
  states: {
    Pending: '#7d8a9c',
    Running: '#3cc5e0',
    Succeeded: '#62a8e5',
    Failed: '#f28b82',
    Killed: '#a8a29e',
    EarlyStopped: '#bb9af0',
    MetricsUnavailable: '#e3ae55',
  },
  ramp: ['#4a4391', '#4b6bb5', '#3f8fb8', '#3caf9f', '#6fcb80', '#b9dd69', '#fbe870'],
};

// A colour of the ramp at 0 to 1, mixed between its neighbours.
export function rampColor(theme: ChartTheme, place: number): string {
  const { ramp } = theme;
  const at = Math.min(1, Math.max(0, place)) * (ramp.length - 1);
  const index = Math.min(ramp.length - 2, Math.floor(at));
  return mix(ramp[index]!, ramp[index + 1]!, at - index);
}

export function mix(from: string, to: string, share: number): string {
  const channel = (color: string, at: number) => parseInt(color.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) =>
    Math.round(channel(from, at) * (1 - share) + channel(to, at) * share)
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${mixed.join('')}`;
}
