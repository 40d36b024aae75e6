// Where an axis is labelled: round numbers from `low` to `high`, about `wanted` of them.
export function linearTicks(low: number, high: number, wanted = 5): number[] {
  if (!(high > low)) return [low];
  const step = roundStep((high - low) / Math.max(1, wanted));
  const ticks: number[] = [];
  // Counting steps keeps rounding errors from adding up.
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  for (let k = first; k <= last; k++) ticks.push(cleaned(k * step, step));
  return ticks;
}

// 1, 2 or 5 times a power of ten, not less than half of `rough` and not more than twice.
export function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const fraction = rough / power;
  return power * (fraction < 1.5 ? 1 : fraction < 3.5 ? 2 : fraction < 7.5 ? 5 : 10);
}

// Ticks of a logarithmic axis, both ends above 0: powers of ten, or 1-2-5 where those are few.
export function logTicks(low: number, high: number, wanted = 5): number[] {
  if (!(high > low)) return [low];
  const decades = Math.log10(high / low);
  if (decades < 0.7) return linearTicks(low, high, wanted);
  const factors = decades > 2.5 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 5];
  const every = Math.max(1, Math.round(decades / wanted));
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    if (factors.length === 1 && power % every !== 0) continue;
    for (const factor of factors) {
      const tick = Number(`${factor}e${power}`);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks;
}

const TIME_STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3,
  900e3, 1800e3, 3600e3, 7200e3, 10800e3, 21600e3, 43200e3, 86400e3,
];

// Ticks of a time of day, Unix milliseconds, on round local times; beyond days, on round days.
export function timeTicks(low: number, high: number, wanted = 5): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, wanted);
  const day = 86400e3;
  const step =
    TIME_STEPS.find((candidate) => candidate >= rough * 0.75) ??
    day * Math.max(1, Math.round(roundStep(rough / day)));
  const zone = -new Date(low).getTimezoneOffset() * 60e3;
  const ticks: number[] = [];
  for (let k = Math.ceil((low + zone) / step); k * step - zone <= high; k++) {
    ticks.push(k * step - zone);
  }
  return ticks;
}

// A time of day as short as the span that is shown allows, in the viewer's zone.
export function formatTimeTick(time: number, span: number): string {
  const date = new Date(time);
  const pad = (value: number, width = 2) => String(value).padStart(width, '0');
  const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  if (span > 2 * 86400e3) return `${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  if (span > 10 * 60e3) return clock;
  if (span > 10e3) return `${clock}:${pad(date.getSeconds())}`;
  return `${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
}

function cleaned(value: number, step: number): number {
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(step)));
  return decimals > 20 ? value : Number(value.toFixed(Math.min(20, decimals)));
}
