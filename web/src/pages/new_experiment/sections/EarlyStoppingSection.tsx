import { listAt, isPresent, textAt } from '../document/read';
import { SelectField, TextField } from '../form/fields';
import { useForm } from '../form/form_context';
import { Rows } from '../form/Rows';
import { Section } from '../form/Section';
import { SettingsFields } from '../form/SettingsFields';
import { Checkbox } from '../../../components/Field';
import styles from '../form/form.module.css';

const STOPPING = ['spec', 'earlyStopping'] as const;
const NAME = [...STOPPING, 'algorithmName'] as const;
const SETTINGS = [...STOPPING, 'algorithmSettings'] as const;

export function EarlyStoppingSection() {
  const { plain, edit, stoppingRules } = useForm();
  const on = isPresent(plain, STOPPING);
  const chosen = textAt(plain, NAME);
  const rule = stoppingRules.find(({ name }) => name === chosen);
  const known = new Set(rule?.settings.map(({ name }) => name));
  const strange = listAt(plain, SETTINGS)
    .map((_, index) => textAt(plain, [...SETTINGS, index, 'name']))
    .some((name) => !known.has(name));
  return (
    <Section title="Early stopping" paths={[STOPPING]} open={on} summary={on ? chosen : 'none'}>
      <Checkbox
        label="End trials early that promise little"
        checked={on}
        onChange={(checked) =>
          edit(STOPPING, checked ? { algorithmName: 'medianstop' } : undefined)
        }
      />
      {on && (
        <>
          <SelectField
            path={NAME}
            label="Rule"
            // Settings of another rule mean nothing to this one.
            onChoose={(name) => edit(STOPPING, { algorithmName: name })}
            options={[
              ...(rule ? [] : [{ value: chosen, label: chosen }]),
              ...stoppingRules.map(({ name }) => ({ value: name, label: name })),
            ]}
          />
          {rule && (
            <div className={styles.card}>
              <p>{rule.summary}</p>
              {rule.citation !== '' && <p className={styles.note}>{rule.citation}</p>}
            </div>
          )}
          {rule && <SettingsFields path={SETTINGS} settings={rule.settings} />}
          {strange && (
            <Rows path={SETTINGS} label="Settings as written" one="setting" fresh={{}}>
              {(path) => (
                <div className={styles.fields}>
                  <TextField path={[...path, 'name']} label="Name" />
                  <TextField path={[...path, 'value']} label="Value" />
                </div>
              )}
            </Rows>
          )}
        </>
      )}
    </Section>
  );
}
