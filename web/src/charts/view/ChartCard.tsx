import type { EChartsCoreOption } from 'echarts/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useScheme } from '../../app/theme';
import { toastError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { isChart, type ChartModel, type ChartResult } from '../chart';
import { DARK_CHART, LIGHT_CHART, type ChartTheme } from '../draw/chart_theme';
import { ChartDataTable } from './ChartDataTable';
import { ChartLegend } from './ChartLegend';
import { useWidth } from './use_width';
import { useZoom } from './use_zoom';
import styles from './chart.module.css';

export interface ChartCardProps {
  id: string;
  title: string;
  help?: string; // what the chart is good for, one sentence
  fileName: string; // of pictures that are saved
  // Makes the chart; keep it the same as long as nothing changes.
  build: (width: number, theme: ChartTheme) => ChartResult;
  controls?: ReactNode;
  // What a saved picture shows, where that is more than the chart.
  exported?: (model: ChartModel, theme: ChartTheme) => EChartsCoreOption;
  children: (drawn: DrawnChart) => ReactNode;
}

// What a card gives to what is drawn in it.
export interface DrawnChart {
  readonly model: ChartModel;
  readonly theme: ChartTheme;
  readonly width: number; // pixels of CSS, before zooming
  readonly zoom: number;
}

// A chart in its card: title, controls, legend, pictures to save, and the data as a table.
export function ChartCard(props: ChartCardProps) {
  const { id, title, help, build, controls, exported } = props;
  const theme = useScheme() === 'dark' ? DARK_CHART : LIGHT_CHART;
  const zoom = useZoom();
  const [body, room] = useWidth<HTMLDivElement>();
  const width = Math.floor(room / zoom);
  const [asTable, setAsTable] = useState(false);
  const [busy, setBusy] = useState(false);
  const result = useMemo(
    () => (width > 0 ? build(width, theme) : undefined),
    [build, width, theme],
  );
  const model = result && isChart(result) ? result : undefined;

  const save = async (kind: 'png' | 'svg', shown: ChartModel) => {
    setBusy(true);
    try {
      const { exportPng, exportSvg } = await import('./export_chart');
      const picture = {
        name: `${props.fileName}-${id}`,
        option: exported?.(shown, theme) ?? shown.option,
        width: shown.width ?? width,
        height: shown.height,
        background: theme.background,
      };
      await (kind === 'png' ? exportPng(picture) : exportSvg(picture));
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <section className={styles.frame} aria-label={title}>
      <header className={styles.header}>
        <h2 title={help}>{title}</h2>
        <div className={styles.controls}>{controls}</div>
        {model && (
          <div className={styles.menu} role="group" aria-label={`Save or read ${title}`}>
            <Button small kind="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
              Data
            </Button>
            <Button small kind="quiet" busy={busy} onClick={() => void save('png', model)}>
              PNG
            </Button>
            <Button small kind="quiet" busy={busy} onClick={() => void save('svg', model)}>
              SVG
            </Button>
          </div>
        )}
      </header>
      <div ref={body} className={styles.body}>
        {!result && <div className={styles.placeholder} aria-hidden="true" />}
        {result && !isChart(result) && <p className={styles.unavailable}>{result.unavailable}</p>}
        {model && asTable && <ChartDataTable title={title} data={model.data} />}
        {model && !asTable && (
          <>
            <ChartLegend model={model} theme={theme} />
            <div className={styles.scroll}>{props.children({ model, theme, width, zoom })}</div>
            {model.note && <p className={styles.note}>{model.note}</p>}
          </>
        )}
      </div>
    </section>
  );
}
