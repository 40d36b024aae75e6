import { listAt } from '../document/read';
import { TextField } from '../form/fields';
import { useForm } from '../form/form_context';
import { Rows } from '../form/Rows';
import { Section } from '../form/Section';
import styles from '../form/form.module.css';

const CONSTRAINTS = ['spec', 'constraints'] as const;

export function ConstraintsSection() {
  const { plain } = useForm();
  const count = listAt(plain, CONSTRAINTS).length;
  return (
    <Section
      title="Constraints"
      paths={[CONSTRAINTS]}
      open={count > 0}
      summary={count > 0 ? String(count) : 'none'}
    >
      <p className={styles.note}>
        Comparisons over parameters, such as <code>batch * width &lt;= 4096</code>, which no trial
        breaks, or over metrics, such as <code>latency &lt;= 100</code>: trials that break those are
        not the best.
      </p>
      <Rows path={CONSTRAINTS} label="Constraints" one="constraint" fresh="">
        {(path) => <TextField path={path} label="Comparison" hideLabel />}
      </Rows>
    </Section>
  );
}
