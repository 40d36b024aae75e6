import type { EChartsCoreOption } from 'echarts/core';
import { download } from '../../app/download';
import { init, register } from './echarts';

export interface Picture {
  readonly name: string; // of the file, without its ending
  readonly option: EChartsCoreOption;
  readonly width: number;
  readonly height: number;
  readonly background: string;
}

// Sharp enough for print.
const PNG_RATIO = 3;

export async function exportPng(picture: Picture): Promise<void> {
  const { width, height, background: backgroundColor } = picture;
  const instance = init(document.createElement('div'), null, {
    renderer: 'canvas',
    width,
    height,
    devicePixelRatio: PNG_RATIO,
  });
  try {
    instance.setOption(picture.option);
    const canvas = instance.renderToCanvas({ backgroundColor, pixelRatio: PNG_RATIO });
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!blob) throw new Error('The browser could not make the picture.');
    download(blob, `${picture.name}.png`);
  } finally {
    instance.dispose();
  }
}

export async function exportSvg(picture: Picture): Promise<void> {
  const text = await chartSvg(picture);
  download(new Blob([text], { type: 'image/svg+xml' }), `${picture.name}.svg`);
}

async function chartSvg({ option, width, height }: Picture): Promise<string> {
  const { SVGRenderer } = await import('echarts/renderers');
  register([SVGRenderer]);
  const instance = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    instance.setOption(withoutLargeMode(option));
    return instance.renderToSVGString();
  } finally {
    instance.dispose();
  }
}

// The mode for large data draws all points as one shape that the SVG renderer lacks.
function withoutLargeMode(option: EChartsCoreOption): EChartsCoreOption {
  const { series } = option as { series: object[] };
  return { ...option, series: series.map((one) => ({ ...one, large: false })) };
}
