import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { toastError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { CopyButton } from '../../components/CopyButton';
import { Checkbox, TextInput } from '../../components/Field';
import { countText } from '../../components/number_text';
import { ErrorState, LoadingState } from '../../components/States';
import { shownLine } from './log_lines';
import { useLog } from './use_log';
import styles from './trial.module.css';

const LINE_HEIGHT = 19;
const AT_END_PIXELS = 40;

// A trial's output, following its end until somebody scrolls away from it.
export function LogView({ namespace, name }: { namespace: string; name: string }) {
  const { log, error, loadEarlier } = useLog(namespace, name);
  const [follow, setFollow] = useState(true);
  const [sought, setSought] = useState('');
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => {
    const all = (log?.lines ?? []).map(shownLine);
    if (all.at(-1) === '') all.pop();
    const words = sought.toLowerCase();
    return words ? all.filter((line) => line.toLowerCase().includes(words)) : all;
  }, [log, sought]);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 20,
  });
  const count = lines.length;
  useEffect(() => {
    if (follow && count > 0) virtualizer.scrollToIndex(count - 1, { align: 'end' });
  }, [follow, count, virtualizer]);

  if (error && !log) return <ErrorState error={error} />;
  if (!log) return <LoadingState />;
  return (
    <section className={styles.card} aria-label="Output">
      <header className={styles.cardHeader}>
        <h2>Output</h2>
        <TextInput
          aria-label="Find in the output"
          placeholder="Find…"
          className={styles.find}
          value={sought}
          onChange={setSought}
        />
        <Checkbox label="follow" checked={follow} onChange={setFollow} />
        <CopyButton text={() => lines.join('\n')} label="Copy the output that is shown" />
        <span className={styles.muted}>
          {countText(count)} {count === 1 ? 'line' : 'lines'}
        </span>
      </header>
      {log.begin > 0 && (
        <Button small kind="quiet" onClick={() => void loadEarlier().catch(toastError)}>
          Load earlier output
        </Button>
      )}
      {count === 0 ? (
        <p className={styles.muted}>
          {sought ? 'No line holds these words.' : 'Nothing has been written yet.'}
        </p>
      ) : (
        <div
          ref={scroller}
          className={styles.log}
          tabIndex={0}
          role="log"
          aria-label="Output"
          aria-live="off"
          onScroll={(event) => {
            const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
            const atEnd = scrollHeight - clientHeight - scrollTop < AT_END_PIXELS;
            if (follow && !atEnd && !virtualizer.isScrolling) return;
            if (atEnd !== follow) setFollow(atEnd);
          }}
        >
          <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
            {virtualizer.getVirtualItems().map((item) => (
              <div
                key={item.key}
                className={styles.logLine}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {lines[item.index]}
              </div>
            ))}
          </div>
        </div>
      )}
    </section>
  );
}
