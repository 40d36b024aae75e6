import { useCallback, useMemo } from 'react';
import { Link, useLocation, useParams, useSearch } from 'wouter';
import { links } from '../../app/links';
import { Page } from '../../components/Page';
import { EmptyState, ErrorState, LoadingState } from '../../components/States';
import { ButtonLink } from '../../components/Button';
import { isNas } from './is_nas';
import { ExperimentActions } from './ExperimentActions';
import { ExperimentHeading, ExperimentOverview } from './ExperimentHeader';
import type { ExperimentView } from './experiment_view';
import { SelectionBar } from './SelectionBar';
import { TABS, type TabName } from './tabs';
import { useExperiment, type ShownExperiment } from './use_experiment';
import { useSelectionStore } from './use_selection';
import { useTrialTable } from './use_trial_table';
import styles from './experiment.module.css';

export default function ExperimentPage() {
  const { namespace = '', name = '' } = useParams();
  // Another experiment is another page: nothing of this one's selection belongs there.
  return <ExperimentOf key={`${namespace}/${name}`} namespace={namespace} name={name} />;
}

function ExperimentOf({ namespace, name }: { namespace: string; name: string }) {
  const experimentName = useMemo(() => ({ namespace, name }), [namespace, name]);
  const experiment = useExperiment(experimentName);
  const { table, error, reload } = useTrialTable(namespace, name);
  const selection = useSelectionStore();
  const tab = useTab();
  const [, navigate] = useLocation();
  const openTrial = useCallback(
    (row: number) => {
      const trial = table?.names[row];
      if (trial) navigate(links.trial({ namespace, name: trial }));
    },
    [table, namespace, navigate],
  );
  const live = experiment.data !== undefined && isLive(experiment.data);
  const view = useMemo(
    (): ExperimentView | undefined =>
      table && { name: experimentName, table, selection, live, openTrial },
    [experimentName, table, selection, live, openTrial],
  );

  if (experiment.error && !experiment.data) {
    return (
      <Page title={name}>
        <ErrorState error={experiment.error} onRetry={experiment.reload} />
        <p className={styles.centered}>
          <Link href={links.experiments()}>All experiments</Link>
        </p>
      </Page>
    );
  }
  if (!experiment.data) {
    return (
      <Page title={name}>
        <LoadingState />
      </Page>
    );
  }
  if (experiment.data.deleted) return <Deleted experiment={experiment.data} />;
  return (
    <Page
      title={name}
      heading={<ExperimentHeading experiment={experiment.data} />}
      actions={<ExperimentActions experiment={experiment.data} reload={experiment.reload} />}
    >
      {tab === '' && <ExperimentOverview experiment={experiment.data} table={table} />}
      <Tabs experiment={experiment.data} />
      {error && !table && <ErrorState error={error} onRetry={reload} />}
      {!error && !table && <LoadingState label="Loading the trials…" />}
      {view && (
        <>
          <TabContent experiment={experiment.data} view={view} />
          <SelectionBar view={view} />
        </>
      )}
    </Page>
  );
}

function isLive(experiment: ShownExperiment): boolean {
  return ['Created', 'Running', 'Restarting'].includes(experiment.state);
}

function useTab(): TabName {
  const { '*': rest } = useParams();
  return TABS.find((tab) => tab.name === (rest ?? ''))?.name ?? '';
}

function Tabs({ experiment }: { experiment: ShownExperiment }) {
  const current = useTab();
  const search = useSearch();
  return (
    <nav aria-label="Parts of the experiment" className={styles.tabs}>
      {TABS.filter((tab) => !tab.nasOnly || isNas(experiment.documentYaml)).map((tab) => (
        <Link
          key={tab.name}
          href={`${links.experiment(experiment)}${tab.name && `/${tab.name}`}${search && `?${search}`}`}
          className={styles.tab}
          aria-current={tab.name === current ? 'page' : undefined}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}

function TabContent({ experiment, view }: { experiment: ShownExperiment; view: ExperimentView }) {
  const current = useTab();
  const Content = TABS.find((tab) => tab.name === current)!.content;
  return <Content experiment={experiment} view={view} />;
}

function Deleted({ experiment }: { experiment: ShownExperiment }) {
  return (
    <Page title={experiment.name}>
      <EmptyState
        icon="trash"
        title={`Somebody has deleted the experiment “${experiment.name}”.`}
        action={<ButtonLink href={links.experiments()}>All experiments</ButtonLink>}
      >
        Its document may still be in your history: a new experiment can be started from any other.
      </EmptyState>
    </Page>
  );
}
