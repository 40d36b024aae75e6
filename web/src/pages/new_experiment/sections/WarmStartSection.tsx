import { listAt } from '../document/read';
import { ListField } from '../form/fields';
import { useForm } from '../form/form_context';
import { Section } from '../form/Section';
import styles from '../form/form.module.css';

const INITIAL = ['spec', 'initialTrials'] as const;
const WARM = ['spec', 'warmStart'] as const;

export function WarmStartSection() {
  const { plain } = useForm();
  const initial = listAt(plain, INITIAL).length;
  const earlier = listAt(plain, [...WARM, 'experiments']).length;
  const given = listAt(plain, [...WARM, 'trials']).length;
  const any = initial + earlier + given > 0;
  return (
    <Section
      title="What is known before"
      paths={[INITIAL, WARM]}
      open={any}
      summary={any ? `${initial + earlier + given} given` : 'nothing'}
    >
      <ListField
        path={[...WARM, 'experiments']}
        label="Earlier experiments to learn from"
        help="Names in the same namespace, separated by commas. Their finished trials are known from the beginning."
      />
      <p className={styles.note}>
        {initial} trial{initial === 1 ? '' : 's'} to try first and {given} result
        {given === 1 ? '' : 's'} from elsewhere are given; edit them in the YAML beside
        (initialTrials, warmStart.trials).
      </p>
    </Section>
  );
}
