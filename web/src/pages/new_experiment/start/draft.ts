// The unfinished document of this tab, with what it began from. A page that is left by mistake
// loses nothing; the tab's end does.
const STORAGE_KEY = 'qalam.draft';

interface Draft {
  start: string;
  text: string;
}

export function loadDraft(start: string): string | undefined {
  try {
    const draft = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null') as Draft | null;
    return draft?.start === start ? draft.text : undefined;
  } catch {
    return undefined;
  }
}

export function saveDraft(start: string, text: string): void {
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify({ start, text }));
  } catch {
    // Without storage, or with a document that does not fit, there is no draft.
  }
}

export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(STORAGE_KEY);
  } catch {
    // Then there was none.
  }
}
