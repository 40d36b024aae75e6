import { useMemo, useState, type ReactNode } from 'react';
import { useScheme } from '../../app/theme';
import { toastError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { isChart, type ChartModel, type ChartResult } from '../chart';
import type { TrialTable } from '../data/trial_table';
import { DARK_CHART, LIGHT_CHART, type ChartTheme } from '../draw/chart_theme';
import { ChartCanvas } from './ChartCanvas';
import { ChartDataTable } from './ChartDataTable';
import { ChartLegend } from './ChartLegend';
import type { SelectionStore } from './selection_store';
import { useWidth } from './use_width';
import styles from './chart.module.css';

export interface ChartFrameProps {
  id: string;
  title: string;
  help?: string; // what the chart is good for, one sentence
  fileName: string; // of pictures that are saved
  table: TrialTable;
  selection: SelectionStore;
  // Makes the chart; keep it the same as long as nothing changes.
  build: (width: number, theme: ChartTheme) => ChartResult;
  controls?: ReactNode;
  onOpenTrial?: (row: number) => void;
  onTurn?: (right: number, down: number) => void;
}

// A chart in its card: title, controls, legend, pictures to save, and the data as a table.
export function ChartFrame(props: ChartFrameProps) {
  const { id, title, help, table, build, controls } = props;
  const scheme = useScheme();
  const theme = scheme === 'dark' ? DARK_CHART : LIGHT_CHART;
  const [body, width] = useWidth<HTMLDivElement>();
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
      const { selection } = props.selection;
      const chart = {
        name: `${props.fileName}-${id}`,
        model: shown,
        table,
        selection,
        theme,
        width,
      };
      await (kind === 'png' ? exportPng(chart) : exportSvg(chart));
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
        {model && !asTable && <Drawn {...props} model={model} theme={theme} width={width} />}
      </div>
    </section>
  );
}

function Drawn({
  model,
  theme,
  width,
  ...props
}: ChartFrameProps & { model: ChartModel; theme: ChartTheme; width: number }) {
  return (
    <>
      <ChartLegend model={model} theme={theme} />
      <div className={styles.scroll}>
        <ChartCanvas
          id={props.id}
          title={props.title}
          model={model}
          table={props.table}
          theme={theme}
          width={width}
          selection={props.selection}
          onOpenTrial={props.onOpenTrial}
          onTurn={props.onTurn}
        />
      </div>
      {model.note && <p className={styles.note}>{model.note}</p>}
    </>
  );
}
