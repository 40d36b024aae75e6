import type { Diagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { Fault } from '../../api/types';

// Where an editor underlines a fault: from its column to the end of the word, or of the line. The
// text may have changed since the fault was found, so places are held to what exists.
export function diagnosticOf(text: Text, fault: Fault): Diagnostic {
  const line = text.line(Math.min(Math.max(fault.line, 1), text.lines));
  const from = Math.min(line.from + Math.max(fault.column - 1, 0), line.to);
  const word = /^[^\s:,[\]{}]+/.exec(text.sliceString(from, line.to))?.[0].length ?? 0;
  const message = fault.field === '' ? fault.message : `${fault.field}: ${fault.message}`;
  return { from, to: word > 0 ? from + word : line.to, severity: 'error', message };
}
