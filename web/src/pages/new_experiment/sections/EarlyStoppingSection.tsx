import { isPresent, textAt } from '../document/read';
import { TextField } from '../form/fields';
import { useForm } from '../form/form_context';
import { Rows } from '../form/Rows';
import { Section } from '../form/Section';
import { Checkbox } from '../../../components/Field';
import styles from '../form/form.module.css';

const STOPPING = ['spec', 'earlyStopping'] as const;

export function EarlyStoppingSection() {
  const { plain, edit } = useForm();
  const on = isPresent(plain, STOPPING);
  return (
    <Section
      title="Early stopping"
      paths={[STOPPING]}
      open={on}
      summary={on ? textAt(plain, [...STOPPING, 'algorithmName']) : 'none'}
    >
      <Checkbox
        label="End trials early that promise little"
        checked={on}
        onChange={(checked) =>
          edit(STOPPING, checked ? { algorithmName: 'medianstop' } : undefined)
        }
      />
      {on && (
        <>
          <TextField
            path={[...STOPPING, 'algorithmName']}
            label="Rule"
            suggestions={['medianstop']}
            help="medianstop: a trial ends that is worse than the median of the others."
          />
          <Rows
            path={[...STOPPING, 'algorithmSettings']}
            label="Settings of the rule"
            one="setting"
            fresh={{}}
          >
            {(path) => (
              <div className={styles.fields}>
                <TextField path={[...path, 'name']} label="Name" />
                <TextField path={[...path, 'value']} label="Value" />
              </div>
            )}
          </Rows>
        </>
      )}
    </Section>
  );
}
