// Codes by which programs colour a terminal; here they would only be noise.
const ESCAPES = /\x1b\[[0-9;?]*[A-Za-z]/g;

// A trial's output as it is known so far, in lines, with where it begins and ends in bytes.
export interface LogLines {
  readonly begin: number;
  readonly end: number;
  readonly lines: readonly string[]; // the last may be unfinished
}

export function logOf(text: string, begin: number, end: number): LogLines {
  return { begin, end, lines: text.split('\n') };
}

export function append(log: LogLines, text: string, end: number): LogLines {
  const added = text.split('\n');
  const last = (log.lines.at(-1) ?? '') + added[0]!;
  return { ...log, end, lines: [...log.lines.slice(0, -1), last, ...added.slice(1)] };
}

export function prepend(log: LogLines, text: string, begin: number): LogLines {
  const added = text.split('\n');
  const first = added.at(-1)! + (log.lines[0] ?? '');
  return { ...log, begin, lines: [...added.slice(0, -1), first, ...log.lines.slice(1)] };
}

// A line as a terminal would show it in the end: what came after a carriage return has written over
// what was before.
export function shownLine(line: string): string {
  const plain = line.replace(ESCAPES, '').replace(/\r+$/, '');
  return plain.slice(plain.lastIndexOf('\r') + 1);
}
