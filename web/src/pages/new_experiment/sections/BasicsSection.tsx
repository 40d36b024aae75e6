import { NumberField, TextField } from '../form/fields';
import { Section } from '../form/Section';
import styles from '../form/form.module.css';

const METADATA = ['metadata'] as const;
const SPEC = ['spec'] as const;

export function BasicsSection() {
  return (
    <Section title="Name" paths={[METADATA]}>
      <div className={styles.grid}>
        <TextField
          path={[...METADATA, 'name']}
          label="Name"
          help="Small letters, digits and dashes; at most 54."
        />
        <TextField path={[...METADATA, 'namespace']} label="Namespace" placeholder="default" />
        <NumberField
          path={[...SPEC, 'seed']}
          label="Seed"
          placeholder="chosen for you"
          help="The same seed repeats the search."
        />
      </div>
    </Section>
  );
}
