import type { JsonNumber } from './types';

export function numberOf(value: JsonNumber): number {
  return typeof value === 'number' ? value : Number(value);
}

export function optionalNumberOf(value: JsonNumber | null | undefined): number | undefined {
  return value == null ? undefined : numberOf(value);
}
