import type { HitTest } from './hit_test';
import { TrialSelection } from '../data/trial_selection';
import type { Rect } from '../draw/panel';

// Boxes drawn with the pointer, by panel. A chart of single panels has one box at most; where rows
// go across panels each panel may have one, and trials must be in all.
export type Brushes = ReadonlyMap<number, Rect>;

export const NO_BRUSHES: Brushes = new Map();

export function boxBetween(
  panel: Rect,
  from: { x: number; y: number },
  to: { x: number; y: number },
  wholeWidth: boolean,
): Rect {
  const clamp = (value: number, low: number, size: number) =>
    Math.min(low + size, Math.max(low, value));
  const x0 = clamp(Math.min(from.x, to.x), panel.left, panel.width);
  const x1 = clamp(Math.max(from.x, to.x), panel.left, panel.width);
  const y0 = clamp(Math.min(from.y, to.y), panel.top, panel.height);
  const y1 = clamp(Math.max(from.y, to.y), panel.top, panel.height);
  return wholeWidth
    ? { left: panel.left, width: panel.width, top: y0, height: y1 - y0 }
    : { left: x0, top: y0, width: x1 - x0, height: y1 - y0 };
}

export function selectionOf(brushes: Brushes, hits: HitTest): TrialSelection {
  let combined: Uint8Array | undefined;
  for (const [panel, box] of brushes) {
    const mask = hits.emptyMask();
    hits.maskInBox(panel, box, mask);
    if (combined) for (let i = 0; i < mask.length; i++) combined[i]! &= mask[i]!;
    else combined = mask;
  }
  return combined ? TrialSelection.ofMask(combined) : TrialSelection.none;
}
