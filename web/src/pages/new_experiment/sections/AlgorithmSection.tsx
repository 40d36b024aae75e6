import { Link } from 'wouter';
import { links } from '../../../app/links';
import { capabilityWords } from '../../algorithms/capabilities';
import { listAt, textAt } from '../document/read';
import { SelectField, TextField } from '../form/fields';
import { useForm } from '../form/form_context';
import { Rows } from '../form/Rows';
import { Section } from '../form/Section';
import { SettingsFields } from '../form/SettingsFields';
import styles from '../form/form.module.css';

const ALGORITHM = ['spec', 'algorithm'] as const;
const NAME = [...ALGORITHM, 'algorithmName'] as const;
const SETTINGS = [...ALGORITHM, 'algorithmSettings'] as const;

export function AlgorithmSection({ choices }: { choices: readonly string[] }) {
  const { plain, edit, algorithms } = useForm();
  const chosen = textAt(plain, NAME) || 'auto';
  const algorithm = algorithms.find(({ name }) => name === chosen);
  const known = new Set(algorithm?.settings.map(({ name }) => name));
  const strange = listAt(plain, SETTINGS)
    .map((_, index) => textAt(plain, [...SETTINGS, index, 'name']))
    .some((name) => algorithm && !known.has(name));

  const made = choices.filter((choice) => choice !== ''); // "auto" alone chooses

  const choose = (name: string) => {
    // Settings of another algorithm mean nothing to this one.
    if (listAt(plain, SETTINGS).length > 0) edit(ALGORITHM, { algorithmName: name });
    else edit(NAME, name);
  };

  return (
    <Section title="Algorithm" paths={[ALGORITHM]} summary={chosen}>
      <SelectField
        path={NAME}
        label="Algorithm"
        onChoose={choose}
        options={[
          ...(textAt(plain, NAME) === '' ? [{ value: '', label: 'auto (default)' }] : []),
          ...algorithms.map(({ name }) => ({ value: name, label: name })),
        ]}
      />
      {algorithm && (
        <div className={styles.card}>
          <p>{algorithm.summary}</p>
          {made.map((choice) => (
            <p key={choice}>
              Here it chooses <strong>{choice}</strong>
            </p>
          ))}
          <p className={styles.note}>
            {capabilityWords(algorithm.capabilities).join(' · ')}{' '}
            <Link href={links.algorithms(algorithm.name)}>More about {algorithm.name}</Link>
          </p>
        </div>
      )}
      {algorithm && algorithm.settings.length > 0 && (
        <SettingsFields path={SETTINGS} settings={algorithm.settings} />
      )}
      {(strange || !algorithm) && (
        <Rows path={SETTINGS} label="Settings as written" one="setting" fresh={{}}>
          {(path) => (
            <div className={styles.fields}>
              <TextField path={[...path, 'name']} label="Name" />
              <TextField path={[...path, 'value']} label="Value" />
            </div>
          )}
        </Rows>
      )}
    </Section>
  );
}
