// Points joined by lines; a null breaks the line.
export type LineData = (readonly [number, number] | null)[];

export interface LineLook {
  readonly id: string;
  readonly color: string;
  readonly width?: number;
  readonly opacity?: number;
  readonly dash?: 'solid' | 'dashed' | 'dotted';
  readonly step?: boolean;
  readonly fill?: boolean;
  readonly layer?: number;
}

export function lineSeries(panelIndex: number, data: LineData, look: LineLook): object {
  return {
    id: look.id,
    type: 'line',
    xAxisIndex: panelIndex,
    yAxisIndex: panelIndex,
    data: data.map((point) => point ?? [NaN, NaN]),
    showSymbol: false,
    silent: true,
    connectNulls: false,
    clip: true,
    animation: false,
    step: look.step ? 'end' : false,
    z: look.layer ?? 2,
    lineStyle: {
      color: look.color,
      width: look.width ?? 1.5,
      opacity: look.opacity ?? 1,
      type: look.dash ?? 'solid',
    },
    itemStyle: { color: look.color },
    ...(look.fill ? { areaStyle: { color: look.color, opacity: 0.18 } } : {}),
  };
}
