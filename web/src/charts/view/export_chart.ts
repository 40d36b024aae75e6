import type { EChartsCoreOption } from 'echarts/core';
import { download } from '../../app/download';
import type { ChartModel } from '../chart';
import type { TrialSelection } from '../data/trial_selection';
import type { TrialTable } from '../data/trial_table';
import type { ChartTheme } from '../draw/chart_theme';
import { withSelection } from '../draw/with_selection';
import { init, register } from './echarts';

export interface ExportedChart {
  readonly name: string; // of the file, without its ending
  readonly model: ChartModel;
  readonly table: TrialTable;
  readonly selection: TrialSelection;
  readonly theme: ChartTheme;
  readonly width: number;
}

// Sharp enough for print.
const PNG_RATIO = 3;

export async function exportPng(chart: ExportedChart): Promise<void> {
  const { model, width } = chart;
  const holder = document.createElement('div');
  const instance = init(holder, null, {
    renderer: 'canvas',
    width: model.width ?? width,
    height: model.height,
    devicePixelRatio: PNG_RATIO,
  });
  try {
    instance.setOption(withSelection(model, chart.table, chart.selection, chart.theme));
    const canvas = instance.renderToCanvas({ backgroundColor: chart.theme.background });
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!blob) throw new Error('The browser could not make the picture.');
    download(blob, `${chart.name}.png`);
  } finally {
    instance.dispose();
  }
}

export async function exportSvg(chart: ExportedChart): Promise<void> {
  download(new Blob([await chartSvg(chart)], { type: 'image/svg+xml' }), `${chart.name}.svg`);
}

export async function chartSvg(chart: ExportedChart): Promise<string> {
  const { SVGRenderer } = await import('echarts/renderers');
  register([SVGRenderer]);
  const instance = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: chart.model.width ?? chart.width,
    height: chart.model.height,
  });
  try {
    instance.setOption(
      unthinned(withSelection(chart.model, chart.table, chart.selection, chart.theme)),
    );
    return instance.renderToSVGString();
  } finally {
    instance.dispose();
  }
}

// The mode for large data draws all points as one shape that the SVG renderer lacks.
function unthinned(option: EChartsCoreOption): EChartsCoreOption {
  const { series } = option as { series: object[] };
  return { ...option, series: series.map((one) => ({ ...one, large: false })) };
}
