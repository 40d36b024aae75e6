import { lazy, Suspense, useState } from 'react';
import { useLocation } from 'wouter';
import {
  deleteExperiment,
  downloads,
  pauseExperiment,
  resumeExperiment,
  stopExperiment,
} from '../../api/experiments';
import { links } from '../../app/links';
import { toast, toastError } from '../../app/toasts';
import { Button, ButtonLink, DownloadLink } from '../../components/Button';
import { ConfirmDialog, Dialog } from '../../components/Dialog';
import { EditBudgetDialog } from './EditBudgetDialog';
import type { ShownExperiment } from './use_experiment';
import styles from './experiment.module.css';

const AddTrialDialog = lazy(() => import('./AddTrialDialog'));

type Open = 'budget' | 'trial' | 'download' | 'stop' | 'delete' | undefined;

export function ExperimentActions({
  experiment,
  reload,
}: {
  experiment: ShownExperiment;
  reload: () => void;
}) {
  const [open, setOpen] = useState<Open>();
  const [busy, setBusy] = useState(false);
  const [, navigate] = useLocation();
  const close = () => setOpen(undefined);
  const act = async (action: () => Promise<unknown>, done: string) => {
    setBusy(true);
    try {
      await action();
      toast('good', done);
      close();
      return true;
    } catch (error) {
      toastError(error);
      return false;
    } finally {
      setBusy(false);
      reload();
    }
  };
  const runs = ['Created', 'Running', 'Restarting'].includes(experiment.state);
  const resume = () => act(() => resumeExperiment(experiment), `${experiment.name} goes on.`);
  const pause = () =>
    act(() => pauseExperiment(experiment), `${experiment.name} starts no more trials.`);
  const stop = () => act(() => stopExperiment(experiment), `${experiment.name} has been stopped.`);
  const remove = async () => {
    if (await act(() => deleteExperiment(experiment), `${experiment.name} has been deleted.`)) {
      navigate(links.experiments());
    }
  };

  return (
    <>
      {runs && !experiment.paused && (
        <Button icon="pause" busy={busy} onClick={() => void pause()}>
          Pause
        </Button>
      )}
      {(!runs || experiment.paused) && (
        <Button icon="play" busy={busy} onClick={() => void resume()}>
          Resume
        </Button>
      )}
      {runs && (
        <Button icon="stop" onClick={() => setOpen('stop')}>
          Stop
        </Button>
      )}
      <Button icon="edit" onClick={() => setOpen('budget')}>
        Edit budget
      </Button>
      {runs && (
        <Button icon="plus" onClick={() => setOpen('trial')}>
          Add trial
        </Button>
      )}
      <ButtonLink icon="copy" href={links.newExperiment({ from: experiment })}>
        Clone
      </ButtonLink>
      <Button icon="download" onClick={() => setOpen('download')}>
        Download
      </Button>
      <Button icon="trash" kind="danger" onClick={() => setOpen('delete')}>
        Delete
      </Button>
      {open === 'budget' && (
        <EditBudgetDialog experiment={experiment} reload={reload} onClose={close} />
      )}
      {open === 'trial' && (
        <Suspense>
          <AddTrialDialog experiment={experiment} onClose={close} />
        </Suspense>
      )}
      {open === 'download' && <DownloadDialog experiment={experiment} onClose={close} />}
      {open === 'stop' && (
        <ConfirmDialog
          title={`Stop ${experiment.name}?`}
          confirm="Stop it"
          busy={busy}
          onConfirm={() => void stop()}
          onClose={close}
        >
          {experiment.counts.running > 0
            ? `The ${experiment.counts.running} trials that run now are ended and do not count. `
            : 'No further trial is started. '}
          The experiment can be resumed later.
        </ConfirmDialog>
      )}
      {open === 'delete' && (
        <ConfirmDialog
          title={`Delete ${experiment.name}?`}
          confirm="Delete it"
          busy={busy}
          onConfirm={() => void remove()}
          onClose={close}
        >
          The experiment, its trials and all their metrics are removed for good. Running trials are
          ended.
        </ConfirmDialog>
      )}
    </>
  );
}

function DownloadDialog({
  experiment,
  onClose,
}: {
  experiment: ShownExperiment;
  onClose: () => void;
}) {
  return (
    <Dialog title={`Download ${experiment.name}`} onClose={onClose}>
      <ul className={styles.downloads}>
        <li>
          <DownloadLink href={downloads.trialsCsv(experiment)}>Trials as CSV</DownloadLink>
          <span>for spreadsheets and pandas</span>
        </li>
        <li>
          <DownloadLink href={downloads.trialsJson(experiment)}>Trials as JSON</DownloadLink>
          <span>with metrics, labels and times</span>
        </li>
        <li>
          <DownloadLink href={downloads.document(experiment)}>Document as YAML</DownloadLink>
          <span>to run it again with “qalam run”</span>
        </li>
      </ul>
    </Dialog>
  );
}
