import { describe, expect, it } from 'vitest';
import type { ArchitectureGraph } from '../../api/types';
import { layOutGraph } from './graph_layout';
import { describeGraph, operationCounts } from './operations';

function graph(edges: [string, string][], labels: Record<string, string> = {}): ArchitectureGraph {
  const ids = [...new Set(edges.flat())];
  return {
    title: 'cell',
    nodes: ids.map((id) => ({ id, label: labels[id] ?? id, kind: 'operation' })),
    edges: edges.map(([from, to]) => ({ from, to, kind: '' })),
  };
}

describe('layOutGraph', () => {
  const long = graph([
    ['in', 'a'],
    ['a', 'b'],
    ['b', 'out'],
    ['in', 'out'],
    ['in', 'c'],
    ['c', 'out'],
  ]);

  it('lets every edge go down', () => {
    const layout = layOutGraph(long);
    const y = new Map(layout.nodes.map((node) => [node.id, node.y]));
    for (const edge of layout.edges) {
      expect(y.get(edge.to)!).toBeGreaterThan(y.get(edge.from)!);
      const ys = edge.points.map((point) => point[1]);
      expect(ys).toEqual([...ys].sort((a, b) => a - b));
    }
  });

  it('gives a long edge a place on every layer that it passes', () => {
    const edge = layOutGraph(long).edges.find((one) => one.from === 'in' && one.to === 'out')!;
    expect(edge.points).toHaveLength(4);
  });

  it('lets the edges of a node share a lane, which one of them draws', () => {
    const chain = graph([
      ['in', 'a'],
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'out'],
      ['in', 'c'],
      ['in', 'out'],
    ]);
    const { edges } = layOutGraph(chain);
    const [near, short, long] = ['a', 'c', 'out'].map((to) =>
      edges.find((edge) => edge.from === 'in' && edge.to === to)!,
    );
    expect(long!.points).toHaveLength(5);
    expect(short!.points).toHaveLength(2);
    expect(short!.points[0]).toEqual(long!.points[2]);
    expect(near!.points[0]).toEqual(long!.points[0]);
  });

  it('lays out the longest chain with every skip while nobody waits', () => {
    const layers = Array.from({ length: 102 }, (_, layer) => String(layer));
    const edges = layers.flatMap((to, at) =>
      layers.slice(0, at).map((from): [string, string] => [from, to]),
    );
    const begin = performance.now();
    const layout = layOutGraph(graph(edges));
    expect(performance.now() - begin).toBeLessThan(2000);
    expect(layout.edges).toHaveLength((102 * 101) / 2);
    expect(layout.width).toBeLessThan(3000);
  });

  it('keeps nodes apart and inside', () => {
    const wide = graph(
      Array.from({ length: 12 }, (_, i): [string, string] => ['in', `n${i}`]).concat(
        Array.from({ length: 12 }, (_, i): [string, string] => [`n${i}`, 'out']),
      ),
      Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`n${i}`, 'separable convolution'])),
    );
    const { nodes, width, height } = layOutGraph(wide);
    for (const a of nodes) {
      expect(a.x - a.width / 2).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width / 2).toBeLessThanOrEqual(width);
      expect(a.y + a.height / 2).toBeLessThanOrEqual(height);
      for (const b of nodes) {
        if (a === b || a.y !== b.y) continue;
        expect(Math.abs(a.x - b.x)).toBeGreaterThanOrEqual((a.width + b.width) / 2);
      }
    }
  });

  it('untangles what need not cross', () => {
    const layout = layOutGraph(
      graph([
        ['a', 'y'],
        ['b', 'x'],
        ['a', 'w'],
        ['b', 'z'],
      ]),
    );
    const x = new Map(layout.nodes.map((node) => [node.id, node.x]));
    const left = x.get('a')! < x.get('b')! ? ['y', 'w'] : ['x', 'z'];
    const right = x.get('a')! < x.get('b')! ? ['x', 'z'] : ['y', 'w'];
    const most = Math.max(...left.map((id) => x.get(id)!));
    expect(Math.min(...right.map((id) => x.get(id)!))).toBeGreaterThan(most);
  });

  it('bears circles, loose ends and nothing at all', () => {
    const circle = layOutGraph(
      graph([
        ['a', 'b'],
        ['b', 'a'],
      ]),
    );
    expect(circle.nodes).toHaveLength(2);
    const loose = { ...long, edges: [{ from: 'in', to: 'nowhere', kind: '' }] };
    expect(layOutGraph(loose).edges).toHaveLength(0);
    expect(layOutGraph({ title: '', nodes: [], edges: [] }).nodes).toHaveLength(0);
  });
});

describe('operationCounts', () => {
  it('counts operations by name', () => {
    const one = graph(
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
      { a: 'conv', b: 'pool', c: 'conv' },
    );
    expect(operationCounts(one)).toEqual([
      { label: 'conv', count: 2 },
      { label: 'pool', count: 1 },
    ]);
    expect(describeGraph(one)).toContain('3 nodes, 2 edges; 2 conv, 1 pool');
  });
});
