import { useEffect, useState } from 'react';
import { toast } from '../app/toasts';
import { Button } from './Button';

const THANKS_MS = 1500;

export function CopyButton({
  text,
  label = 'Copy',
  children,
}: {
  text: string | (() => string);
  label?: string;
  children?: React.ReactNode;
}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), THANKS_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
      setCopied(true);
    } catch {
      toast('bad', 'The browser did not allow copying.');
    }
  };
  return (
    <Button
      small
      kind="quiet"
      icon={copied ? 'check' : 'copy'}
      aria-label={copied ? 'Copied' : label}
      onClick={() => void copy()}
    >
      {children}
    </Button>
  );
}
