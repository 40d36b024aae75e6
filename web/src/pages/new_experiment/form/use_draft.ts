import { useState } from 'react';

// What a person types stands as typed while the field has the focus, even where the document
// holds it in another form ("1." as 1). On leaving, the document's form is shown.
export function useDraft(written: string, write: (text: string) => void) {
  const [draft, setDraft] = useState<string>();
  return {
    value: draft ?? written,
    onFocus: () => setDraft(written),
    onBlur: () => setDraft(undefined),
    onChange: (text: string) => {
      setDraft(text);
      write(text);
    },
  };
}
