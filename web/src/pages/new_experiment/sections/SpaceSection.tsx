import { listAt } from '../document/read';
import { useForm } from '../form/form_context';
import { ParameterRows } from '../form/ParameterRows';
import { Section } from '../form/Section';

const PARAMETERS = ['spec', 'parameters'] as const;

export function SpaceSection() {
  const { plain } = useForm();
  const count = listAt(plain, PARAMETERS).length;
  return (
    <Section
      title="Search space"
      paths={[PARAMETERS]}
      summary={`${count} parameter${count === 1 ? '' : 's'}`}
    >
      <ParameterRows path={PARAMETERS} />
    </Section>
  );
}
