// A view of `length` entries that begins as `array` does. Where the memory behind `array` has room
// the view shares it, so that a table that grows by one trial does not copy the others.
export function growFloats(array: Float64Array, length: number): Float64Array {
  if (length <= array.length) return array;
  const room = Math.floor((array.buffer.byteLength - array.byteOffset) / 8);
  if (length <= room) {
    return new Float64Array(array.buffer, array.byteOffset, length).fill(NaN, array.length);
  }
  const grown = new Float64Array(capacityFor(length)).fill(NaN);
  grown.set(array);
  return grown.subarray(0, length);
}

export function growBytes(array: Uint8Array, length: number): Uint8Array {
  if (length <= array.length) return array;
  if (length <= array.buffer.byteLength - array.byteOffset) {
    return new Uint8Array(array.buffer, array.byteOffset, length).fill(0, array.length);
  }
  const grown = new Uint8Array(capacityFor(length));
  grown.set(array);
  return grown.subarray(0, length);
}

export function growIntegers(array: Int32Array, length: number): Int32Array {
  if (length <= array.length) return array;
  const room = Math.floor((array.buffer.byteLength - array.byteOffset) / 4);
  if (length <= room) {
    return new Int32Array(array.buffer, array.byteOffset, length).fill(-1, array.length);
  }
  const grown = new Int32Array(capacityFor(length)).fill(-1);
  grown.set(array);
  return grown.subarray(0, length);
}

function capacityFor(length: number): number {
  return Math.max(16, Math.ceil(length * 1.5));
}
