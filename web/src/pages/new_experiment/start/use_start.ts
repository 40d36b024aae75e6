import { useCallback, useEffect, useState } from 'react';
import { listExamples } from '../../../api/documents';
import { getDocument } from '../../../api/experiments';
import { toastError } from '../../../app/toasts';
import { editDocument } from '../document/yaml_document';
import { BLANK_DOCUMENT } from './blank';
import { copyName } from './copy_name';
import { loadDraft } from './draft';

export interface Start {
  example?: string;
  from?: string; // NAMESPACE/NAME of an earlier experiment
}

async function load({ example, from }: Start, signal: AbortSignal): Promise<string> {
  if (example) {
    const found = (await listExamples(signal)).find(({ name }) => name === example);
    if (!found) throw new Error(`There is no example "${example}".`);
    return found.document;
  }
  const [namespace = '', name = ''] = (from ?? '').split('/');
  const document = await getDocument({ namespace, name }, signal);
  return editDocument(document, ['metadata', 'name'], copyName(name));
}

export function startKey({ example, from }: Start): string {
  return example ? `example ${example}` : from ? `from ${from}` : '';
}

// The document that the address asks to begin from. An unfinished one of the same beginning goes
// on where it was left; one begun blank, or opened from a file, is the draft of the bare address.
// `again` begins anew from where it began.
export function useStart(start: Start, onText: (text: string) => void) {
  const [attempt, setAttempt] = useState(0);
  const again = useCallback(() => setAttempt((count) => count + 1), []);
  const key = startKey(start);
  const wanted = `${attempt} ${key}`;
  const [loaded, setLoaded] = useState<string>();
  const { example, from } = start;
  useEffect(() => {
    const draft = loadDraft(key);
    if (draft !== undefined || (!example && !from)) {
      onText(draft ?? BLANK_DOCUMENT);
      setLoaded(wanted);
      return;
    }
    const abort = new AbortController();
    load({ example, from }, abort.signal)
      .then(onText)
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        toastError(error);
        onText(BLANK_DOCUMENT);
      })
      .finally(() => {
        if (!abort.signal.aborted) setLoaded(wanted);
      });
    return () => abort.abort();
  }, [wanted, key, example, from, onText]);
  return { ready: loaded === wanted, again };
}
