export type DocumentPath = readonly (string | number)[];

// As the server's faults name a field: spec.parameters[2].name.
export function pathText(path: DocumentPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}
