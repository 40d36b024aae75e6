import { useEffect, useState } from 'react';
import { fileUrl, listFiles } from '../../api/trials';
import type { TrialDetail } from '../../api/types';
import { useResource } from '../../app/use_resource';
import { CopyButton } from '../../components/CopyButton';
import { bytesText } from '../../components/number_text';
import { StateBadge } from '../../components/StateBadge';
import { Time } from '../../components/Time';
import { parametersYaml } from '../experiment/ExperimentHeader';
import { shellWords } from './shell_words';
import styles from './trial.module.css';

export function ParametersCard({ trial }: { trial: TrialDetail }) {
  const labels = Object.entries(trial.labels);
  return (
    <section className={styles.card} aria-label="Parameters">
      <header className={styles.cardHeader}>
        <h2>Parameters</h2>
        <CopyButton text={() => parametersYaml(trial)} label="Copy the parameters as YAML">
          Copy
        </CopyButton>
      </header>
      <table className={styles.pairs}>
        <tbody>
          {trial.parameters.map(({ name, value }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
          {labels.map(([name, value]) => (
            <tr key={`label ${name}`}>
              <th scope="row">
                {name} <span className={styles.muted}>(label)</span>
              </th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function HistoryCard({ trial }: { trial: TrialDetail }) {
  return (
    <section className={styles.card} aria-label="State history">
      <h2>History</h2>
      <ol className={styles.history}>
        {trial.history.map((entry, index) => (
          <li key={index}>
            <StateBadge state={entry.state} />
            <span className={styles.muted}>
              <Time value={entry.time} />
            </span>
            {(entry.reason || entry.message) && (
              <p>
                {entry.reason && <b>{entry.reason}</b>} {entry.message}
              </p>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

export function CommandCard({ trial }: { trial: TrialDetail }) {
  const command = shellWords(trial.command);
  const manifest = useManifestYaml(trial.manifest);
  return (
    <section className={styles.card} aria-label="Command">
      <header className={styles.cardHeader}>
        <h2>Command</h2>
        {command && (
          <CopyButton text={command} label="Copy the command">
            Copy
          </CopyButton>
        )}
      </header>
      {command ? (
        <pre className={styles.command}>{command}</pre>
      ) : (
        <p className={styles.muted}>The trial is run by a client: there is no command.</p>
      )}
      {trial.workDir && (
        <p className={styles.muted}>
          in <code>{trial.workDir}</code>
        </p>
      )}
      {manifest && (
        <details>
          <summary>Manifest</summary>
          <CopyButton text={manifest} label="Copy the manifest">
            Copy
          </CopyButton>
          <pre className={styles.manifest} tabIndex={0} aria-label="The trial's manifest">
            {manifest}
          </pre>
        </details>
      )}
    </section>
  );
}

function useManifestYaml(manifest: unknown): string {
  const [text, setText] = useState('');
  useEffect(() => {
    if (manifest == null) return;
    let shown = true;
    void import('yaml').then(({ stringify }) => {
      if (shown) setText(stringify(manifest));
    });
    return () => {
      shown = false;
    };
  }, [manifest]);
  return text;
}

export function FilesCard({ trial }: { trial: TrialDetail }) {
  const { data, error } = useResource(
    `files ${trial.namespace}/${trial.name} ${trial.state}`,
    (signal) => listFiles(trial, signal),
    { keepPrevious: true },
  );
  return (
    <section className={styles.card} aria-label="Files">
      <h2>Files</h2>
      {error && <p className={styles.muted}>{error.message}</p>}
      {data?.length === 0 && <p className={styles.muted}>The trial's folder is empty.</p>}
      {data && data.length > 0 && (
        <ul className={styles.files}>
          {data.map((file) => (
            <li key={file.path}>
              <a href={fileUrl(trial, file.path)} download>
                {file.path}
              </a>
              <span className={styles.muted}>{bytesText(file.size)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
