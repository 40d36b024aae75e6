import { textAt, textsAt, listAt } from '../document/read';
import { ListField, NumberField, SelectField, TextField } from '../form/fields';
import { useForm } from '../form/form_context';
import { Rows } from '../form/Rows';
import { Section } from '../form/Section';
import styles from '../form/form.module.css';

const OBJECTIVE = ['spec', 'objective'] as const;
const FURTHER = [...OBJECTIVE, 'additionalObjectives'] as const;
const STRATEGIES = [...OBJECTIVE, 'metricStrategies'] as const;

const TYPES = [
  { value: 'maximize', label: 'Maximise' },
  { value: 'minimize', label: 'Minimise' },
];

const STRATEGY_TYPES = [
  { value: 'min', label: 'Its smallest value' },
  { value: 'max', label: 'Its largest value' },
  { value: 'latest', label: 'Its latest value' },
];

export function ObjectiveSection() {
  const { plain } = useForm();
  const metric = textAt(plain, [...OBJECTIVE, 'objectiveMetricName']);
  const further = listAt(plain, FURTHER).map((_, i) =>
    textAt(plain, [...FURTHER, i, 'metricName']),
  );
  const others = textsAt(plain, [...OBJECTIVE, 'additionalMetricNames']);
  const metrics = [metric, ...further, ...others].filter((name) => name !== '');
  return (
    <Section title="Objective" paths={[OBJECTIVE]} summary={metric}>
      <div className={styles.grid}>
        <TextField
          path={[...OBJECTIVE, 'objectiveMetricName']}
          label="Metric"
          help="The number that decides, as your program reports it."
        />
        <SelectField path={[...OBJECTIVE, 'type']} label="Direction" options={TYPES} />
        <NumberField
          path={[...OBJECTIVE, 'goal']}
          label="Goal"
          placeholder="none"
          help="The experiment ends once a trial reaches it."
        />
        <ListField
          path={[...OBJECTIVE, 'additionalMetricNames']}
          label="Further metrics"
          help="Collected besides, separated by commas."
        />
      </div>
      <h3 className={styles.subtitle}>Further objectives</h3>
      <Rows path={FURTHER} label="Further objectives" one="objective" fresh={{ type: 'minimize' }}>
        {(path) => (
          <div className={styles.fields}>
            <TextField path={[...path, 'metricName']} label="Metric" />
            <SelectField path={[...path, 'type']} label="Direction" options={TYPES} />
            <NumberField path={[...path, 'goal']} label="Goal" placeholder="none" />
          </div>
        )}
      </Rows>
      <h3 className={styles.subtitle}>Which of a metric’s values counts</h3>
      <Rows
        path={STRATEGIES}
        label="Metric strategies"
        one="metric’s rule"
        fresh={{ value: 'latest' }}
      >
        {(path) => (
          <div className={styles.fields}>
            <TextField path={[...path, 'name']} label="Metric" suggestions={metrics} />
            <SelectField path={[...path, 'value']} label="What counts" options={STRATEGY_TYPES} />
          </div>
        )}
      </Rows>
      <p className={styles.note}>
        Without a rule, the extreme that the objective seeks counts: the best value of each trial.
      </p>
    </Section>
  );
}
