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
import styles from './system.module.css';

const CONNECTION_WORDS: Record<string, string> = {
  open: 'live',
  connecting: 'connecting',
  lost: 'lost',
  paused: 'paused',
  idle: 'none',
};

export default function SystemPage() {
  const { data, error, reload } = useResource('info', getServerInfo, {
    topics: [topics.system],
    events: (update) => ({ system: (info) => update(() => info) }),
  });
  return (
    <Page title="System">
      {!data && (error ? <ErrorState error={error} onRetry={reload} /> : <LoadingState />)}
      {data && <System info={data} />}
    </Page>
  );
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
