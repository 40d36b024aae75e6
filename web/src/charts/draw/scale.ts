import { formatNumber } from './format_number';
import { formatTimeTick, linearTicks, logTicks, roundStep, timeTicks } from './ticks';
import type { Column } from '../data/trial_table';

// How the values of one axis lie on it. Charts hand ECharts values that went through `forward`, on
// axes of type "value" from `low` to `high`: so the mapping to pixels is known here too, which
// brushing and pointing need for 100,000 trials at once.
export interface Scale {
  readonly kind: 'linear' | 'log' | 'time' | 'category';
  // The ends of the axis, in forwarded values.
  readonly low: number;
  readonly high: number;
  // Of kind "category" only.
  readonly categories: readonly string[];
}

// The value's place on the axis; NaN for what a logarithm has none of.
export function forward(scale: Scale, value: number): number {
  if (scale.kind !== 'log') return value;
  return value > 0 ? Math.log10(value) : NaN;
}

export function backward(scale: Scale, place: number): number {
  return scale.kind === 'log' ? 10 ** place : place;
}

export function forwardAll(scale: Scale, values: Float64Array): Float64Array {
  if (scale.kind !== 'log') return values;
  const places = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) places[i] = forward(scale, values[i]!);
  return places;
}

export function labelOf(scale: Scale, place: number): string {
  if (scale.kind === 'category') return scale.categories[Math.round(place)] ?? '';
  if (scale.kind === 'time') return formatTimeTick(place, scale.high - scale.low);
  return formatNumber(backward(scale, place));
}

export function ticksOf(scale: Scale, wanted = 5): number[] {
  switch (scale.kind) {
    case 'category': {
      const every = Math.max(1, Math.ceil(scale.categories.length / Math.max(1, wanted * 2)));
      return scale.categories.map((_, index) => index).filter((index) => index % every === 0);
    }
    case 'time':
      return timeTicks(scale.low, scale.high, wanted);
    case 'log':
      return logTicks(10 ** scale.low, 10 ** scale.high, wanted).map(Math.log10);
    case 'linear':
      return linearTicks(scale.low, scale.high, wanted);
  }
}

// The least and the greatest finite value, or null where there is none.
export function extentOf(...arrays: readonly Float64Array[]): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

// A linear axis that holds the extent with a little room, its ends on round numbers.
export function linearScale(extent: readonly [number, number] | null, room = 0.04): Scale {
  const [first, last] = extent ?? [0, 1];
  let low = first;
  let high = last;
  if (low === high) {
    const around = Math.abs(low) * 0.1 || 1;
    low -= around;
    high += around;
  } else {
    const margin = (high - low) * room;
    // Room never carries an axis of counts or losses below zero.
    low = low >= 0 && low - margin < 0 ? Math.min(low, 0) : low - margin;
    high += margin;
  }
  const step = roundStep((high - low) / 10) / 2;
  return {
    kind: 'linear',
    low: Math.floor(low / step + 1e-9) * step,
    high: Math.ceil(high / step - 1e-9) * step,
    categories: [],
  };
}

// A logarithmic axis that holds the positive values of the extent; linear where there are none.
export function logScale(positive: readonly [number, number] | null, room = 0.04): Scale {
  if (!positive || !(positive[0] > 0)) return linearScale(positive, room);
  let low = Math.log10(positive[0]);
  let high = Math.log10(positive[1]);
  const margin = low === high ? 0.5 : (high - low) * room;
  low -= margin;
  high += margin;
  return { kind: 'log', low, high, categories: [] };
}

function positiveExtentOf(values: Float64Array): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value > 0) || value === Infinity) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}

export function timeScale(extent: readonly [number, number] | null): Scale {
  const [first, last] = extent ?? [0, 1];
  const margin = Math.max(1, (last - first) * 0.01);
  return { kind: 'time', low: first - margin, high: last + margin, categories: [] };
}

export function categoryScale(categories: readonly string[]): Scale {
  return { kind: 'category', low: -0.5, high: Math.max(1, categories.length) - 0.5, categories };
}

// The scale that a parameter was searched on.
export function columnScale(column: Column): Scale {
  if (column.kind === 'category') return categoryScale(column.categories);
  if (column.log) {
    const positive = positiveExtentOf(column.values);
    if (positive) return logScale(positive);
  }
  return linearScale(extentOf(column.values));
}

// `values` on a logarithmic axis when that is wanted and possible.
export function valueScale(values: readonly Float64Array[], log: boolean): Scale {
  const extent = extentOf(...values);
  if (log && extent) {
    const positives = values.map(positiveExtentOf).filter((found) => found !== null);
    if (positives.length > 0) {
      return logScale([
        Math.min(...positives.map((found) => found[0])),
        Math.max(...positives.map((found) => found[1])),
      ]);
    }
  }
  return linearScale(extent);
}
