import { downloads } from '../../api/experiments';
import { links } from '../../app/links';
import { ButtonLink, DownloadLink } from '../../components/Button';
import { CopyButton } from '../../components/CopyButton';
import { Card } from '../../components/Page';
import type { TabProps } from './tabs';
import styles from './experiment.module.css';

// The experiment as it was asked for, with its defaults filled in.
export default function DocumentTab({ experiment }: TabProps) {
  return (
    <Card
      title="Document"
      actions={
        <>
          <CopyButton text={experiment.documentYaml}>Copy</CopyButton>
          <DownloadLink small href={downloads.document(experiment)}>
            YAML
          </DownloadLink>
          <ButtonLink small href={links.newExperiment({ from: experiment })}>
            Clone
          </ButtonLink>
        </>
      }
    >
      <pre className={styles.document} tabIndex={0} aria-label="The experiment's document">
        {experiment.documentYaml}
      </pre>
    </Card>
  );
}
