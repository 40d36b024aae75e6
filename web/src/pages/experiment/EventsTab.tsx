import { useEffect, useMemo, useRef } from 'react';
import { Link } from 'wouter';
import { listEvents } from '../../api/experiments';
import { links } from '../../app/links';
import { useResource } from '../../app/use_resource';
import { useThrottled } from '../../app/use_throttled';
import { countText } from '../../components/number_text';
import { Card } from '../../components/Page';
import { EmptyState, ErrorState, LoadingState } from '../../components/States';
import { Time } from '../../components/Time';
import type { TabProps } from './tabs';
import styles from './experiment.module.css';

const MOST_SHOWN = 1000;
const RELOAD_MS = 2000;

// What happened, the latest first.
export default function EventsTab({ experiment, view }: TabProps) {
  const { data, error, reload } = useResource(
    `events ${experiment.namespace}/${experiment.name}`,
    // One more than is shown tells whether there are more.
    (signal) => listEvents(experiment, { latest: true, limit: MOST_SHOWN + 1 }, signal),
  );
  // Whatever changes a trial or the experiment is an event too.
  const change = useThrottled(`${experiment.version} ${view.table.change}`, RELOAD_MS);
  const loadedAt = useRef(change);
  useEffect(() => {
    if (loadedAt.current === change) return;
    loadedAt.current = change;
    reload();
  }, [change, reload]);
  const { names } = view.table;
  const known = useMemo(() => new Set(names), [names]);

  if (error && !data) return <ErrorState error={error} onRetry={reload} />;
  if (!data) return <LoadingState />;
  if (data.length === 0) {
    return <EmptyState title="Nothing has happened yet.">It is told here once it does.</EmptyState>;
  }
  return (
    <Card flush>
      {data.length > MOST_SHOWN && (
        <p className={styles.eventsNote}>
          These are the latest {countText(MOST_SHOWN)} events. There are earlier ones.
        </p>
      )}
      <ol className={styles.events}>
        {data
          .slice(-MOST_SHOWN)
          .reverse()
          .map((event) => (
            <li key={event.sequence}>
              <span className={styles.muted}>
                <Time value={event.time} />
              </span>
              <b>{event.reason}</b>
              {known.has(event.trial) ? (
                <Link href={links.trial({ namespace: experiment.namespace, name: event.trial })}>
                  {event.trial}
                </Link>
              ) : (
                <span />
              )}
              <span>{event.message}</span>
            </li>
          ))}
      </ol>
    </Card>
  );
}
