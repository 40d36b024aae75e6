// A number for people: at most `digits` significant ones, and powers of ten where it is far from 1.
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) {
    const [mantissa, exponent] = value.toExponential(Math.min(digits - 1, 3)).split('e');
    return `${trimZeros(mantissa!)}e${Number(exponent)}`.replace(/-/g, '−');
  }
  if (Number.isInteger(value)) return String(value).replace('-', '−');
  return trimZeros(value.toPrecision(digits)).replace('-', '−');
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
