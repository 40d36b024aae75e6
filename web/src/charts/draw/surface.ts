// What is known of a function of two variables, on a grid of the unit square.
export interface Surface {
  readonly columns: number;
  readonly lines: number;
  readonly values: Float64Array; // line by line from the bottom; NaN far from every sample
}

// More samples make the estimate no better to the eye, only slower.
const MOST_SAMPLES = 3000;

// Estimates the function at every node as the mean of the samples, weighted by a Gaussian of their
// distance (Nadaraya, "On estimating regression", 1964). `x` and `y` are from 0 to 1; samples with
// NaN are left out. The width of the Gaussian shrinks as samples grow dense.
export function estimateSurface(
  x: Float64Array,
  y: Float64Array,
  values: Float64Array,
  nodes: number,
): Surface {
  const samples: number[] = [];
  for (let i = 0; i < x.length; i++) {
    if (x[i]! >= 0 && x[i]! <= 1 && y[i]! >= 0 && y[i]! <= 1 && Number.isFinite(values[i])) {
      samples.push(i);
    }
  }
  const every = Math.max(1, Math.ceil(samples.length / MOST_SAMPLES));
  const used = samples.filter((_, index) => index % every === 0);
  const width = Math.max(0.03, 0.35 / Math.sqrt(Math.max(1, Math.sqrt(used.length) / 1.5)) ** 1.4);
  const sums = new Float64Array(nodes * nodes);
  const weights = new Float64Array(nodes * nodes);
  // Beyond three widths a sample weighs a hundredth.
  const reach = Math.ceil(3 * width * (nodes - 1));
  for (const i of used) {
    const column = Math.round(x[i]! * (nodes - 1));
    const line = Math.round(y[i]! * (nodes - 1));
    const lastLine = Math.min(nodes - 1, line + reach);
    const lastColumn = Math.min(nodes - 1, column + reach);
    for (let l = Math.max(0, line - reach); l <= lastLine; l++) {
      const up = l / (nodes - 1) - y[i]!;
      for (let c = Math.max(0, column - reach); c <= lastColumn; c++) {
        const across = c / (nodes - 1) - x[i]!;
        const weight = Math.exp(-(across * across + up * up) / (2 * width * width));
        sums[l * nodes + c]! += weight * values[i]!;
        weights[l * nodes + c]! += weight;
      }
    }
  }
  const estimated = sums.map((sum, node) => (weights[node]! > 0.01 ? sum / weights[node]! : NaN));
  return { columns: nodes, lines: nodes, values: estimated };
}

// Where the surface has the value `level`, as pieces of lines [x0, y0, x1, y1] in grid units
// (marching squares; a saddle is joined as its mean says).
export function levelLines(surface: Surface, level: number): [number, number, number, number][] {
  const { columns, lines, values } = surface;
  const pieces: [number, number, number, number][] = [];
  for (let l = 0; l + 1 < lines; l++) {
    for (let c = 0; c + 1 < columns; c++) {
      const corners = [
        values[l * columns + c]!,
        values[l * columns + c + 1]!,
        values[(l + 1) * columns + c + 1]!,
        values[(l + 1) * columns + c]!,
      ] as const;
      if (corners.some(Number.isNaN)) continue;
      const [a, b, d, e] = corners;
      const crossings: [number, number][] = [];
      const cross = (from: number, to: number) => (level - from) / (to - from);
      const parts = (from: number, to: number) => from >= level !== to >= level;
      if (parts(a, b)) crossings.push([c + cross(a, b), l]);
      if (parts(b, d)) crossings.push([c + 1, l + cross(b, d)]);
      if (parts(e, d)) crossings.push([c + cross(e, d), l + 1]);
      if (parts(a, e)) crossings.push([c, l + cross(a, e)]);
      if (crossings.length === 2) {
        pieces.push([...crossings[0]!, ...crossings[1]!]);
      } else if (crossings.length === 4) {
        const [bottom, right, top, side] = crossings as [
          [number, number],
          [number, number],
          [number, number],
          [number, number],
        ];
        const joined = (a + b + d + e) / 4 >= level === a >= level;
        if (joined) pieces.push([...bottom, ...right], [...top, ...side]);
        else pieces.push([...bottom, ...side], [...top, ...right]);
      }
    }
  }
  return pieces;
}
