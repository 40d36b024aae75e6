import { useEffect, useState } from 'react';
import { ApiError } from '../../api/client';
import { validateDocument } from '../../api/documents';
import type { Fault, ValidateReply } from '../../api/types';
import { useDebounced } from '../../app/use_debounced';

const TYPING_PAUSE_MS = 250;

export interface Validation {
  faults: readonly Fault[];
  choices: readonly string[];
  experiments: ValidateReply['experiments'];
  checked: boolean; // what is said is about the text as it is now
  error: string | undefined; // why the server could not say
}

const NOTHING: Omit<Validation, 'checked'> = {
  faults: [],
  choices: [],
  experiments: [],
  error: undefined,
};

// What the server says of the document, soon after each change.
export function useValidation(text: string): Validation {
  const rested = useDebounced(text, TYPING_PAUSE_MS);
  const [result, setResult] = useState({ ...NOTHING, text: undefined as string | undefined });
  useEffect(() => {
    if (rested === '') return;
    const abort = new AbortController();
    validateDocument(rested, abort.signal)
      .then((reply) => setResult({ ...NOTHING, ...reply, text: rested }))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        const faults = error instanceof ApiError ? error.faults : [];
        const message = error instanceof Error ? error.message : String(error);
        setResult({ ...NOTHING, faults, error: message, text: rested });
      });
    return () => abort.abort();
  }, [rested]);
  return { ...result, checked: result.text === text };
}
