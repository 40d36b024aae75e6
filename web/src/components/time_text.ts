const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// Making a formatter takes longer than a page should wait for what it may not show.
function lazily(options: Intl.DateTimeFormatOptions): (time: Date) => string {
  let format: Intl.DateTimeFormat | undefined;
  return (time) => (format ??= new Intl.DateTimeFormat(undefined, options)).format(time);
}

// In the viewer's zone and language.
export const exactTime = lazily({ dateStyle: 'medium', timeStyle: 'medium' });
export const exactTimeWithZone = lazily({ dateStyle: 'full', timeStyle: 'long' });

// Two units at most: "1 h 5 min", "12.3 s".
export function durationText(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span < SECOND) return `${Math.round(span)} ms`;
  if (span < 10 * SECOND) return `${(span / SECOND).toFixed(1)} s`;
  if (span < MINUTE) return `${Math.round(span / SECOND)} s`;
  if (span < HOUR) return twoUnits(span, MINUTE, 'min', SECOND, 's');
  if (span < DAY) return twoUnits(span, HOUR, 'h', MINUTE, 'min');
  return twoUnits(span, DAY, 'd', HOUR, 'h');
}

function twoUnits(span: number, large: number, l: string, small: number, s: string): string {
  const whole = Math.floor(span / large);
  const rest = Math.floor((span - whole * large) / small);
  return rest > 0 ? `${whole} ${l} ${rest} ${s}` : `${whole} ${l}`;
}

// "just now", "5 min ago", "3 d ago"; a clock that runs ahead is not the viewer's concern.
export function agoText(time: Date, now: number): string {
  const span = now - time.getTime();
  if (span < 10 * SECOND) return 'just now';
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s ago`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min ago`;
  if (span < DAY) return `${Math.floor(span / HOUR)} h ago`;
  return `${Math.floor(span / DAY)} d ago`;
}
