import { useState, type DragEvent } from 'react';
import { toast } from '../../app/toasts';

const LARGEST_BYTES = 4 * 1024 * 1024; // what the server takes

export async function readTextFile(file: File): Promise<string | undefined> {
  if (file.size > LARGEST_BYTES) {
    toast('bad', `“${file.name}” is larger than 4 MiB, the most that an experiment may be.`);
    return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    toast('bad', `“${file.name}” is no UTF-8 text.`);
    return undefined;
  }
}

// Lets a file be dropped on what the handlers are given to.
export function useFileDrop(onFile: (file: File) => void) {
  const [over, setOver] = useState(false);
  const hasFile = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  return {
    over,
    handlers: {
      onDragOver: (event: DragEvent) => {
        if (!hasFile(event)) return;
        event.preventDefault();
        setOver(true);
      },
      onDragLeave: (event: DragEvent) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      },
      onDrop: (event: DragEvent) => {
        if (!hasFile(event)) return;
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (file) onFile(file);
      },
    },
  };
}
