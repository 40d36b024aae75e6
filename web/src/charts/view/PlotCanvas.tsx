import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { markPixels, type MarkPixels } from '../draw/panel';
import type { DrawnChart } from './ChartCard';
import { init, type EChartsType } from './echarts';
import { ZoomedStage } from './ZoomedStage';
import styles from './chart.module.css';

export interface MarkText {
  readonly title: string;
  readonly entries: readonly (readonly [string, string])[];
}

interface Props {
  title: string;
  drawn: DrawnChart; // with one panel
  describe: (mark: number) => MarkText;
}

interface Pointed {
  readonly mark: number;
  readonly x: number;
  readonly y: number;
}

const TOOLTIP_WIDTH = 210;

// Lines whose points can be read off with the pointer or the arrow keys.
export function PlotCanvas({ title, drawn, describe }: Props) {
  const { model, theme, width, zoom } = drawn;
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const pixels = useRef<MarkPixels>(null);
  const [pointed, setPointed] = useState<Pointed>();

  useEffect(() => {
    const instance = init(holder.current, null, {
      renderer: 'canvas',
      width: 1,
      height: 1,
      devicePixelRatio: window.devicePixelRatio * zoom,
    });
    chart.current = instance;
    return () => instance.dispose();
  }, [zoom]);
  useEffect(() => {
    chart.current?.resize({ width, height: model.height, silent: true });
    chart.current?.setOption(model.option, { notMerge: true });
    pixels.current = model.panels[0] ? markPixels(model.panels[0]) : null;
    // Where the pointer was there may be another point now.
    setPointed((now) => now && placeOf(now.mark, pixels.current));
  }, [model, width, zoom]);

  const point = (mark: number) => setPointed(placeOf(mark, pixels.current));
  const onPointerMove = (event: PointerEvent) => {
    const { offsetX, offsetY } = event.nativeEvent;
    point(nearestMark(pixels.current, offsetX, offsetY));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const count = pixels.current?.x.length ?? 0;
    if (event.key === 'Escape') setPointed(undefined);
    if (!step || count === 0) return;
    event.preventDefault();
    const from = pointed?.mark ?? (step > 0 ? -1 : count);
    point(Math.min(count - 1, Math.max(0, from + step)));
  };

  const text = pointed && pointed.mark < (pixels.current?.x.length ?? 0) && describe(pointed.mark);
  const rect = model.panels[0]?.rect;
  return (
    <ZoomedStage
      width={width}
      height={model.height}
      zoom={zoom}
      tabIndex={0}
      role="application"
      aria-roledescription="interactive chart"
      aria-label={`${title}. ${model.description}`}
      onPointerMove={onPointerMove}
      onPointerLeave={() => setPointed(undefined)}
      onBlur={() => setPointed(undefined)}
      onKeyDown={onKeyDown}
    >
      <div ref={holder} className={styles.drawing} aria-hidden="true" />
      {pointed && rect && (
        <svg className={styles.pointer} width={width} height={model.height} aria-hidden="true">
          <line
            x1={pointed.x}
            x2={pointed.x}
            y1={rect.top}
            y2={rect.top + rect.height}
            stroke={theme.line}
          />
          <circle
            cx={pointed.x}
            cy={pointed.y}
            r="4"
            fill={theme.accent}
            stroke={theme.background}
          />
        </svg>
      )}
      {pointed && text && (
        <div
          className={styles.tooltip}
          role="status"
          style={{
            left: Math.max(
              0,
              pointed.x + 12 > width - TOOLTIP_WIDTH
                ? pointed.x - 12 - TOOLTIP_WIDTH
                : pointed.x + 12,
            ),
            top: Math.max(0, pointed.y - 20),
            width: TOOLTIP_WIDTH,
          }}
        >
          <strong>{text.title}</strong>
          <dl>
            {text.entries.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </ZoomedStage>
  );
}

function placeOf(mark: number, pixels: MarkPixels | null): Pointed | undefined {
  const x = pixels?.x[mark];
  const y = pixels?.y[mark];
  if (x === undefined || y === undefined || Number.isNaN(x + y)) return undefined;
  return { mark, x, y };
}

// Mostly by the horizontal distance: a curve is read along its axis.
function nearestMark(pixels: MarkPixels | null, x: number, y: number): number {
  let nearest = -1;
  let least = Infinity;
  for (let mark = 0; pixels && mark < pixels.x.length; mark++) {
    const distance = Math.abs(pixels.x[mark]! - x) + 0.15 * Math.abs(pixels.y[mark]! - y);
    if (distance < least) {
      least = distance;
      nearest = mark;
    }
  }
  return nearest;
}
