import { eventStream } from '../api/event_stream';
import { Button } from '../components/Button';
import { Icon } from '../components/Icon';
import { useConnection } from './use_events';
import styles from './ConnectionBanner.module.css';

// Live pages say when they no longer are; the stream goes on trying by itself.
export function ConnectionBanner() {
  const state = useConnection();
  return (
    <div role="status">
      {state === 'lost' && (
        <div className={styles.banner}>
          <Icon name="warning" />
          <span>No connection to the server: what you see may be old. Trying again…</span>
          <Button small onClick={() => eventStream.retry()}>
            Try now
          </Button>
        </div>
      )}
    </div>
  );
}
