import { textAt } from '../document/read';
import { NumberField, SelectField } from '../form/fields';
import { useForm } from '../form/form_context';
import { Section } from '../form/Section';
import styles from '../form/form.module.css';

const SPEC = ['spec'] as const;
const MAX = [...SPEC, 'maxTrialCount'] as const;
const PARALLEL = [...SPEC, 'parallelTrialCount'] as const;
const FAILED = [...SPEC, 'maxFailedTrialCount'] as const;
const RESUME = [...SPEC, 'resumePolicy'] as const;

const POLICIES = [
  { value: '', label: 'Never (default)' },
  { value: 'Never', label: 'Never' },
  { value: 'LongRunning', label: 'LongRunning' },
  { value: 'FromVolume', label: 'FromVolume' },
];

export function BudgetSection() {
  const { plain } = useForm();
  const count = textAt(plain, MAX);
  return (
    <Section
      title="Budget"
      paths={[MAX, PARALLEL, FAILED, RESUME]}
      summary={count ? `${count} trials` : 'until the goal'}
    >
      <div className={styles.grid}>
        <NumberField
          path={MAX}
          label="Trials in all"
          placeholder="no bound"
          help="Without a bound it goes on until the goal or the end of the space."
        />
        <NumberField path={PARALLEL} label="Trials at once" placeholder="3" />
        <NumberField
          path={FAILED}
          label="Failed trials allowed"
          placeholder="no bound"
          help="One more, and the experiment fails."
        />
        <SelectField
          path={RESUME}
          label="Resume policy"
          options={POLICIES}
          help="Whether it goes on when a finished one’s budget is raised."
        />
      </div>
    </Section>
  );
}
