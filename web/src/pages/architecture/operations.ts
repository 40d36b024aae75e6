import type { ArchitectureGraph } from '../../api/types';

// A graph in words, for those who cannot see it.
export function describeGraph(graph: ArchitectureGraph): string {
  const counts = operationCounts(graph).map(({ label, count }) => `${count} ${label}`);
  return `${graph.title}: ${graph.nodes.length} nodes, ${graph.edges.length} edges; ${counts.join(', ')}`;
}

// How often each operation is there, the most frequent first.
export function operationCounts(graph: ArchitectureGraph): { label: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { kind, label } of graph.nodes) {
    if (kind === 'operation') counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts]
    .map(([label, count]) => ({ label, count }))
    .sort((a, b) => b.count - a.count || a.label.localeCompare(b.label));
}
