const DIGITS = 5;

// A number short enough for a table: five significant digits, exponents only where zeros would
// hide them.
export function numberText(value: number | undefined): string {
  if (value === undefined) return '–';
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) return minus(String(value));
  if (size < 1e-4 || size >= 1e7) return minus(shortExponent(value));
  return minus(String(Number(value.toPrecision(DIGITS))));
}

function shortExponent(value: number): string {
  const [digits, exponent] = value.toExponential(DIGITS - 2).split('e');
  return `${Number(digits)}e${exponent?.replace('+', '')}`;
}

function minus(text: string): string {
  return text.replace('-', '−').replace('e-', 'e−');
}

let grouped: Intl.NumberFormat | undefined;

export function countText(value: number): string {
  // Making the formatter takes longer than a table's whole row.
  return (grouped ??= new Intl.NumberFormat('en')).format(value);
}

// 1 KiB is 1,024 bytes.
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1);
  return `${text} ${units[unit]}`;
}
