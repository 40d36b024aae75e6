import { useEffect } from 'react';
import { Link } from 'wouter';
import { listEvents } from '../../api/experiments';
import { links } from '../../app/links';
import { useResource } from '../../app/use_resource';
import { Card } from '../../components/Page';
import { EmptyState, ErrorState, LoadingState } from '../../components/States';
import { Time } from '../../components/Time';
import type { TabProps } from './tabs';
import styles from './experiment.module.css';

const MOST_EVENTS = 1000;
const RELOAD_MS = 2000;

// What happened, the latest first.
export default function EventsTab({ experiment, view }: TabProps) {
  const { data, error, reload } = useResource(
    `events ${experiment.namespace}/${experiment.name}`,
    (signal) => listEvents(experiment, { limit: MOST_EVENTS }, signal),
  );
  // Whatever changes a trial or the experiment is an event too.
  const { change } = view.table;
  const { version } = experiment;
  useEffect(() => {
    const timer = setTimeout(reload, RELOAD_MS);
    return () => clearTimeout(timer);
  }, [change, version, reload]);

  if (error && !data) return <ErrorState error={error} onRetry={reload} />;
  if (!data) return <LoadingState />;
  if (data.length === 0) {
    return <EmptyState title="Nothing has happened yet.">It is told here once it does.</EmptyState>;
  }
  return (
    <Card flush>
      <ol className={styles.events}>
        {[...data].reverse().map((event) => (
          <li key={event.sequence}>
            <span className={styles.muted}>
              <Time value={event.time} />
            </span>
            <b>{event.reason}</b>
            {event.trial && view.table.names.includes(event.trial) ? (
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
