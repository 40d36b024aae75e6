import type { Column } from '../data/trial_table';

// Places of a category moved apart, so that trials of one category do not hide each other: by up to
// a third of the room, the same way for a row every time. Other columns stay as they are.
export function spread(column: Column, places: Float64Array): Float64Array {
  if (column.kind !== 'category') return places;
  return places.map((place, row) => place + jitter(row) * 0.66);
}

// From -0.5 to 0.5; neighbouring rows come to lie far from each other (golden-ratio steps).
export function jitter(row: number): number {
  return ((row * 0.6180339887498949) % 1) - 0.5;
}
