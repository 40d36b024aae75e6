import { useEffect } from 'react';
import { topics } from '../../api/events';
import { getServerInfo } from '../../api/system';
import { EXPERIMENT_STATES, TRIAL_STATES, type ServerInfo } from '../../api/types';
import { useConnection } from '../../app/use_events';
import { useResource } from '../../app/use_resource';
import { bytesText, countText, numberText } from '../../components/number_text';
import { Card, Page } from '../../components/Page';
import { ErrorState, LoadingState } from '../../components/States';
import { Duration, Time } from '../../components/Time';
import { Facts, StateCounts, Tile } from './parts';
import { usePaced } from './use_paced';
import styles from './system.module.css';

// Rates and sizes are no events, and change with every trial; once a second is often enough.
const PACE_MS = 1000;
// Of a server where nothing happens, the age of what is shown.
const IDLE_MS = 10_000;

const CONNECTION_WORDS: Record<string, string> = {
  open: 'live',
  connecting: 'connecting',
  lost: 'lost',
  paused: 'paused',
  idle: 'none',
};

export default function SystemPage() {
  const { data, error, reload } = useLiveInfo();
  return (
    <Page title="System">
      {!data && (error ? <ErrorState error={error} onRetry={reload} /> : <LoadingState />)}
      {data && <System info={data} />}
    </Page>
  );
}

function useLiveInfo() {
  const paced = usePaced(PACE_MS);
  const resource = useResource('info', getServerInfo, {
    topics: [topics.experiments],
    events: (_, reload) => ({ experiment: () => paced(reload), deleted: () => paced(reload) }),
  });
  const { data, reload } = resource;
  useEffect(() => {
    const timer = setTimeout(reload, IDLE_MS);
    return () => clearTimeout(timer);
  }, [data, reload]);
  return resource;
}

function System({ info }: { info: ServerInfo }) {
  const connection = useConnection();
  const { queue, rates, store } = info;
  return (
    <>
      <div className={styles.tiles}>
        <Tile label="Running trials" value={countText(queue.running)}>
          of {countText(info.workers)} at once
        </Tile>
        <Tile label="Waiting trials" value={countText(queue.pending)} />
        <Tile label="Trials a minute" value={numberText(rates.trialsPerMinute)} />
        <Tile label="Metric points a second" value={numberText(rates.metricPointsPerSecond)} />
        <Tile label="Store" value={bytesText(store.bytes)} />
        <Tile label="Open pages" value={countText(info.watchers)} />
      </div>
      <div className={styles.cards}>
        <Card title="Server">
          <Facts
            facts={[
              ['Version', info.version],
              ['Operator', info.runsTrials ? info.operator : 'none: this is a view of the store'],
              ['Workers', countText(info.workers)],
              ['Started', <Time key="started" value={info.startedAt} />],
              ['Up for', <Duration key="up" from={info.startedAt} />],
              ['Database', <code key="database">{info.database}</code>],
              ['This page', CONNECTION_WORDS[connection] ?? connection],
            ]}
          />
        </Card>
        <Card title="Experiments">
          <StateCounts states={EXPERIMENT_STATES} counts={info.experiments} />
        </Card>
        <Card title="Trials">
          <StateCounts states={TRIAL_STATES} counts={info.trials} />
        </Card>
      </div>
    </>
  );
}
