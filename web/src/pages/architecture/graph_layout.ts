import type { ArchitectureGraph } from '../../api/types';

// Where a graph's nodes and edges stand in a drawing, from top to bottom; the corner is at 0, 0.
export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export interface PlacedNode {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  readonly x: number; // of the center
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  // The places that the edge goes through: its ends, and one on each layer that it passes; without
  // those that a longer edge from the same node goes through as well, but for the last of them.
  readonly points: readonly (readonly [number, number])[];
}

const LAYER_GAP = 62;
const NODE_GAP = 22;
const NODE_HEIGHT = 30;
const PASSING_WIDTH = 10;
const LANE_GAP = 6; // between edges that pass a layer
const LETTER = 6.9;
const SWEEPS = 12;
const PATIENCE = 3; // sweeps that make nothing better

// A node, or the place where a long edge passes a layer.
interface Item {
  readonly width: number;
  readonly layer: number;
  before: number[]; // items of the layer above that are joined to it
  after: number[];
  x: number;
}

// Layers by the longest way from the inputs, orders within them by the means of neighbours, so that
// few edges cross (Sugiyama, Tagawa, Toda, IEEE Trans. SMC 11, 1981). What lies on a circle, which no
// architecture has, is put as if its last edge were missing. Edges that leave a node share one lane
// until each turns off to its end: a chain of a hundred layers has thousands of skips.
export function layOutGraph(graph: ArchitectureGraph): GraphLayout {
  const index = new Map(graph.nodes.map((node, at) => [node.id, at]));
  const edges = graph.edges.filter((edge) => index.has(edge.from) && index.has(edge.to));
  const layers = layerOfNodes(
    graph.nodes.length,
    edges.map((edge) => [index.get(edge.from)!, index.get(edge.to)!]),
  );
  const items: Item[] = graph.nodes.map((node, at) => ({
    width: nodeWidth(node.label, node.kind),
    layer: layers[at]!,
    before: [],
    after: [],
    x: 0,
  }));
  const lanes = new Map<number, number[]>();
  const paths = edges.map((edge) => {
    const from = index.get(edge.from)!;
    let lane = lanes.get(from);
    if (!lane) lanes.set(from, (lane = []));
    return join(items, from, index.get(edge.to)!, lane);
  });
  const rows = orderedRows(items);
  const width = place(items, rows);

  const y = (layer: number) => layer * LAYER_GAP + NODE_HEIGHT / 2 + 4;
  return {
    width,
    height: y(Math.max(0, rows.length - 1)) + NODE_HEIGHT / 2 + 4,
    nodes: graph.nodes.map((node, at) => ({
      ...node,
      x: items[at]!.x,
      y: y(items[at]!.layer),
      width: items[at]!.width,
      height: NODE_HEIGHT,
    })),
    edges: ownParts(paths).map((path, at) => ({
      ...edges[at]!,
      points: path.map((item, position) => {
        const { x, layer } = items[item]!;
        // Items come after the nodes; an edge begins below its node and ends above it.
        const side = item >= graph.nodes.length ? 0 : position === 0 ? 1 : -1;
        return [x, y(layer) + (side * NODE_HEIGHT) / 2] as const;
      }),
    })),
  };
}

function nodeWidth(label: string, kind: string): number {
  if (kind === 'sum') return NODE_HEIGHT;
  return Math.max(44, label.length * LETTER + 22);
}

function layerOfNodes(count: number, edges: readonly (readonly [number, number])[]): number[] {
  const layers = new Array<number>(count).fill(0);
  // Without a circle so many rounds are enough.
  for (let round = 0; round < count; round++) {
    let changed = false;
    for (const [from, to] of edges) {
      if (layers[to]! <= layers[from]! && layers[from]! + 1 < count) {
        layers[to] = layers[from]! + 1;
        changed = true;
      }
    }
    if (!changed) break;
  }
  return layers;
}

// Joins two nodes by a path of items, one on each layer between: those of the first node's lane, which
// is made longer where it ends too soon.
function join(items: Item[], from: number, to: number, lane: number[]): number[] {
  const first = items[from]!.layer + 1;
  const path = [from];
  for (let layer = first; layer < items[to]!.layer; layer++) {
    let item = lane[layer - first];
    if (item === undefined) {
      item = items.push({ width: PASSING_WIDTH, layer, before: [], after: [], x: 0 }) - 1;
      lane.push(item);
      link(items, path.at(-1)!, item);
    }
    path.push(item);
  }
  link(items, path.at(-1)!, to);
  path.push(to);
  return path;
}

function link(items: readonly Item[], above: number, below: number): void {
  items[above]!.after.push(below);
  items[below]!.before.push(above);
}

// Of each path what no longer path from the same node has, and the item before.
function ownParts(paths: readonly (readonly number[])[]): (readonly number[])[] {
  const longest = new Map<number, readonly number[]>();
  for (const path of paths) {
    if (path.length > (longest.get(path[0]!)?.length ?? 0)) longest.set(path[0]!, path);
  }
  return paths.map((path) => (longest.get(path[0]!) === path ? path : path.slice(-2)));
}

function orderedRows(items: readonly Item[]): number[][] {
  const rows: number[][] = [];
  items.forEach((item, at) => (rows[item.layer] ??= []).push(at));
  for (let layer = 0; layer < rows.length; layer++) rows[layer] ??= [];
  const places = new Int32Array(items.length); // of each item in its row
  const settle = (row: readonly number[]) => row.forEach((item, at) => (places[item] = at));
  rows.forEach(settle);
  let best = rows.map((row) => [...row]);
  let least = crossings(items, rows, places);
  let bestSweep = -1;
  for (let sweep = 0; sweep < SWEEPS && sweep - bestSweep <= PATIENCE && least > 0; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      const means = new Map(
        row.map((item) => {
          const joined = down ? items[item]!.before : items[item]!.after;
          return [item, meanOf(joined, places) ?? places[item]!];
        }),
      );
      row.sort((a, b) => means.get(a)! - means.get(b)!);
      settle(row);
    }
    const now = crossings(items, rows, places);
    if (now < least) {
      least = now;
      best = rows.map((row) => [...row]);
      bestSweep = sweep;
    }
  }
  return best;
}

function meanOf(joined: readonly number[], places: Int32Array): number | undefined {
  if (joined.length === 0) return undefined;
  let sum = 0;
  for (const item of joined) sum += places[item]!;
  return sum / joined.length;
}

function crossings(items: readonly Item[], rows: readonly number[][], places: Int32Array): number {
  let count = 0;
  for (let layer = 0; layer + 1 < rows.length; layer++) {
    const ends: number[] = [];
    for (const item of rows[layer]!) {
      const after = items[item]!.after.map((next) => places[next]!);
      if (after.length > 1) after.sort((a, b) => a - b);
      ends.push(...after);
    }
    count += inversions(ends, rows[layer + 1]!.length);
  }
  return count;
}

// How many pairs of numbers below `limit` are in falling order, by a tree of counts (Fenwick 1994).
function inversions(values: readonly number[], limit: number): number {
  const tree = new Int32Array(limit + 1);
  let count = 0;
  values.forEach((value, before) => {
    let notAbove = 0;
    for (let at = value + 1; at > 0; at -= at & -at) notAbove += tree[at]!;
    count += before - notAbove;
    for (let at = value + 1; at <= limit; at += at & -at) tree[at]!++;
  });
  return count;
}

// Gives every item its place across, near the mean of its neighbours and clear of those beside it;
// returns the width of all.
function place(items: Item[], rows: readonly number[][]): number {
  for (const row of rows) spreadRow(items, row);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      for (const item of row) {
        const joined = down ? items[item]!.before : items[item]!.after;
        if (joined.length === 0) continue;
        items[item]!.x = joined.reduce((sum, one) => sum + items[one]!.x, 0) / joined.length;
      }
      spreadRow(items, row);
    }
  }
  const left = Math.min(...items.map((item) => item.x - item.width / 2));
  const right = Math.max(...items.map((item) => item.x + item.width / 2));
  for (const item of items) item.x += 4 - left;
  return right - left + 8;
}

// Items that touch, and move as one: the first at `start`, each of the others a gap beyond the one
// before it.
interface Block {
  readonly first: number; // its place in the row
  readonly count: number;
  readonly wishes: number; // the sum of where each would have the block start
  readonly length: number; // from its first item to its last
}

// Moves the items of a row apart where they touch, as little as need be, keeping their order.
function spreadRow(items: readonly Item[], row: readonly number[]): void {
  const gap = (at: number) => {
    const [left, right] = [items[row[at - 1]!]!, items[row[at]!]!];
    const passing = left.width === PASSING_WIDTH && right.width === PASSING_WIDTH;
    return (left.width + right.width) / 2 + (passing ? LANE_GAP : NODE_GAP);
  };
  const start = (block: Block) => block.wishes / block.count;
  const blocks: Block[] = [];
  row.forEach((item, at) => {
    let block: Block = { first: at, count: 1, wishes: items[item]!.x, length: 0 };
    for (let left = blocks.at(-1); left; left = blocks.at(-1)) {
      const step = left.length + gap(block.first);
      if (start(left) + step <= start(block)) break;
      blocks.pop();
      block = {
        first: left.first,
        count: left.count + block.count,
        wishes: left.wishes + block.wishes - block.count * step,
        length: step + block.length,
      };
    }
    blocks.push(block);
  });
  for (const block of blocks) {
    let x = start(block);
    for (let at = block.first; at < block.first + block.count; at++) {
      if (at > block.first) x += gap(at);
      items[row[at]!]!.x = x;
    }
  }
}
