// A colour "#rrggbb" as ImageData holds it in a word: red in the lowest byte.
export function packedColor(color: string, alpha: number): number {
  const channel = (at: number) => parseInt(color.slice(at, at + 2), 16);
  const opaque = Math.round(alpha * 255);
  return ((opaque << 24) | (channel(5) << 16) | (channel(3) << 8) | channel(1)) >>> 0;
}
