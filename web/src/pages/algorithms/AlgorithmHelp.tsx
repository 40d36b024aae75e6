import type { Algorithm } from '../../api/types';
import { CopyButton } from '../../components/CopyButton';
import { Card } from '../../components/Page';
import { capabilityWords } from './capabilities';
import styles from './algorithms.module.css';

// The lines of an experiment that choose the algorithm, with every setting at its default.
export function algorithmYaml({ name, settings }: Algorithm): string {
  const lines = ['algorithm:', `  algorithmName: ${name}`];
  const given = settings.filter((setting) => setting.default !== '');
  if (given.length > 0) lines.push('  algorithmSettings:');
  for (const setting of given) {
    lines.push(`    - {name: ${setting.name}, value: ${JSON.stringify(setting.default)}}`);
  }
  return lines.join('\n') + '\n';
}

export function AlgorithmHelp({ algorithm }: { algorithm: Algorithm }) {
  const { name, summary, citation, settings, capabilities } = algorithm;
  const abilities = capabilityWords(capabilities);
  return (
    <Card
      title={name}
      actions={
        <CopyButton text={() => algorithmYaml(algorithm)} label="Copy as YAML">
          Copy as YAML
        </CopyButton>
      }
    >
      <div className={styles.help}>
        <p className={styles.lead}>{summary}</p>
        {abilities.length > 0 && (
          <ul aria-label="What it can do" className={styles.abilities}>
            {abilities.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        )}
        <h3>Settings</h3>
        {settings.length === 0 ? (
          <p className={styles.none}>It has none.</p>
        ) : (
          <dl className={styles.settings}>
            {settings.map((setting) => (
              <div key={setting.name} className={styles.setting}>
                <dt>
                  <code>{setting.name}</code>
                  <span className={styles.type}>{setting.type}</span>
                </dt>
                <dd>
                  <p>{setting.help}</p>
                  <p className={styles.values}>
                    {setting.allowed && <>Allowed: {setting.allowed}. </>}
                    Default: {setting.default === '' ? 'none' : <code>{setting.default}</code>}
                  </p>
                </dd>
              </div>
            ))}
          </dl>
        )}
        {citation && (
          <>
            <h3>Source</h3>
            <p>{citation}</p>
          </>
        )}
      </div>
    </Card>
  );
}
