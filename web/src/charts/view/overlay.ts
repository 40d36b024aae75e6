import { NO_BRUSHES, type Brushes } from './brush';
import { HitTest } from './hit_test';
import { paintBox, paintPointer, paintSelection, type Paint } from './paint';
import type { ChartModel } from '../chart';
import { TrialSelection } from '../data/trial_selection';
import type { TrialTable } from '../data/trial_table';
import type { ChartTheme } from '../draw/chart_theme';

export interface Pointed {
  readonly panel: number;
  readonly row: number;
}

// A canvas over a chart that shows what changes often, so that the chart itself is drawn rarely.
export class Overlay {
  hits: HitTest | undefined;
  brushes: Brushes = NO_BRUSHES;
  pointed: Pointed | undefined;
  selection = TrialSelection.none;
  private paint: Paint | undefined;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  // What lies under the overlay has been drawn anew.
  setChart(
    model: ChartModel,
    table: TrialTable,
    theme: ChartTheme,
    width: number,
    zoom: number,
  ): void {
    const ratio = (window.devicePixelRatio || 1) * zoom;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(model.height * ratio);
    const context = this.canvas.getContext('2d', { willReadFrequently: true });
    this.hits = new HitTest(model.panels, table);
    const acrossPanels = model.acrossPanels ?? false;
    this.paint = context
      ? { context, ratio, theme, table, hits: this.hits, acrossPanels, images: [] }
      : undefined;
  }

  draw(): void {
    if (!this.paint) return;
    const { context, ratio } = this.paint;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (!this.selection.isEmpty) paintSelection(this.paint, this.selection);
    for (const box of this.brushes.values()) paintBox(this.paint, box);
    if (this.pointed) paintPointer(this.paint, this.pointed.panel, this.pointed.row);
  }
}
