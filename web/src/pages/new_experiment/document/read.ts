import type { DocumentPath } from './document_path';

// The document as plain data may hold anything anywhere; these read what the form can show.

export function valueAt(plain: unknown, path: DocumentPath): unknown {
  let value: unknown = plain;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

// A scalar as text; '' when there is none.
export function textAt(plain: unknown, path: DocumentPath): string {
  const value = valueAt(plain, path);
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    return String(value);
  }
  return '';
}

export function listAt(plain: unknown, path: DocumentPath): unknown[] {
  const value = valueAt(plain, path);
  return Array.isArray(value) ? value : [];
}

export function textsAt(plain: unknown, path: DocumentPath): string[] {
  return listAt(plain, path).map((_, index) => textAt(plain, [...path, index]));
}

export function isPresent(plain: unknown, path: DocumentPath): boolean {
  return valueAt(plain, path) != null;
}
