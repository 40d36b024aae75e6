import { useParams } from 'wouter';
import { topics } from '../../api/events';
import { getTrial } from '../../api/trials';
import { useResource } from '../../app/use_resource';
import { Page } from '../../components/Page';
import { ErrorState, LoadingState } from '../../components/States';
import { LogView } from './LogView';
import { MetricsSection } from './MetricsSection';
import { CommandCard, FilesCard, HistoryCard, ParametersCard } from './TrialCards';
import { TrialActions, TrialHeading, TrialSummary } from './TrialHeader';
import styles from './trial.module.css';

const GOES_ON = ['Pending', 'Running'];

export default function TrialPage() {
  const { namespace = '', name = '' } = useParams();
  return <TrialOf key={`${namespace}/${name}`} namespace={namespace} name={name} />;
}

function TrialOf({ namespace, name }: { namespace: string; name: string }) {
  const trialName = { namespace, name };
  const { data, error, reload } = useResource(
    `trial ${namespace}/${name}`,
    (signal) => getTrial(trialName, signal),
    {
      topics: [topics.trial(trialName)],
      events: (update, again) => ({
        trial: ({ trial }) => {
          update((shown) => ({ ...shown, ...trial }));
          // Its history has grown.
          again();
        },
      }),
    },
  );
  if (!data) {
    return (
      <Page title={name}>
        {error ? <ErrorState error={error} onRetry={reload} /> : <LoadingState />}
      </Page>
    );
  }
  return (
    <Page
      title={name}
      heading={<TrialHeading trial={data} />}
      actions={<TrialActions trial={data} />}
    >
      <TrialSummary trial={data} />
      <div className={styles.columns}>
        <div className={styles.main}>
          <MetricsSection name={trialName} ended={!GOES_ON.includes(data.state)} />
          <LogView namespace={namespace} name={name} />
        </div>
        <div className={styles.side}>
          <ParametersCard trial={data} />
          <HistoryCard trial={data} />
          <CommandCard trial={data} />
          <FilesCard trial={data} />
        </div>
      </div>
    </Page>
  );
}
