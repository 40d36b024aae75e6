import { useMemo } from 'react';
import type { ArchitectureGraph } from '../../api/types';
import { useScheme } from '../../app/theme';
import {
  CHART_FONT,
  DARK_CHART,
  LIGHT_CHART,
  mix,
  type ChartTheme,
} from '../../charts/draw/chart_theme';
import { describeGraph } from './operations';
import { layOutGraph, type PlacedEdge, type PlacedNode } from './graph_layout';

// Of more edges the dashes could not be told apart, and take most of the time to draw.
const MOST_DASHED = 400;

// An architecture's graph as a picture by itself: all that it needs is in the SVG, so that it can be
// saved as it is.
export function GraphView({ graph, id }: { graph: ArchitectureGraph; id: string }) {
  const theme = useScheme() === 'dark' ? DARK_CHART : LIGHT_CHART;
  const layout = useMemo(() => layOutGraph(graph), [graph]);
  const { width, height } = layout;
  const skips = layout.edges.filter(({ kind }) => kind === 'skip');
  const flow = layout.edges.filter(({ kind }) => kind !== 'skip');
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      id={id}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={describeGraph(graph)}
      fontFamily={CHART_FONT}
      fontSize="12"
    >
      <rect width={width} height={height} fill={theme.background} />
      <EdgesView edges={flow} color={theme.muted} />
      <EdgesView edges={skips} color={theme.best} dashed={skips.length <= MOST_DASHED} />
      {layout.nodes.map((node) => (
        <NodeView key={node.id} node={node} theme={theme} />
      ))}
    </svg>
  );
}

// Edges of one kind, in two elements however many they are.
function EdgesView({
  edges,
  color,
  dashed = false,
}: {
  edges: readonly PlacedEdge[];
  color: string;
  dashed?: boolean;
}) {
  return (
    <>
      <path
        d={edges.map(({ points }) => curveThrough(points)).join('')}
        fill="none"
        stroke={color}
        strokeWidth="1.4"
        strokeDasharray={dashed ? '5 4' : undefined}
      />
      <path d={edges.map(({ points }) => arrowAt(points.at(-1)!)).join('')} fill={color} />
    </>
  );
}

// Every edge comes to its end from above.
function arrowAt([x, y]: PlacedEdge['points'][number]): string {
  return `M${x.toFixed(1)} ${y.toFixed(1)}l-4-8h8z`;
}

function curveThrough(points: PlacedEdge['points']): string {
  const [first, ...rest] = points;
  let path = `M${first![0].toFixed(1)} ${first![1].toFixed(1)}`;
  let before = first!;
  for (const point of rest) {
    const half = (point[1] - before[1]) / 2;
    path +=
      `C${before[0].toFixed(1)} ${(before[1] + half).toFixed(1)} ` +
      `${point[0].toFixed(1)} ${(point[1] - half).toFixed(1)} ` +
      `${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
    before = point;
  }
  return path;
}

function NodeView({ node, theme }: { node: PlacedNode; theme: ChartTheme }) {
  const { x, y, width, height, kind, label } = node;
  const color = nodeColor(kind, label, theme);
  return (
    <g>
      <rect
        x={x - width / 2}
        y={y - height / 2}
        width={width}
        height={height}
        rx={kind === 'operation' ? 6 : height / 2}
        fill={mix(color, theme.background, 0.82)}
        stroke={color}
        strokeWidth="1.3"
      />
      <text x={x} y={y} fill={theme.text} textAnchor="middle" dominantBaseline="central">
        {label}
      </text>
    </g>
  );
}

// Operations of one family, told by the first word of their names, share a colour.
function nodeColor(kind: string, label: string, theme: ChartTheme): string {
  if (kind === 'input' || kind === 'output') return theme.series[2]!;
  if (kind === 'sum') return theme.muted;
  const family = label.toLowerCase();
  if (/pool/.test(family)) return theme.series[1]!;
  if (/skip|identity|none/.test(family)) return theme.series[7]!;
  if (/dilat/.test(family)) return theme.series[5]!;
  if (/separable|depthwise/.test(family)) return theme.series[0]!;
  if (/conv/.test(family)) return theme.series[3]!;
  return theme.series[4]!;
}
