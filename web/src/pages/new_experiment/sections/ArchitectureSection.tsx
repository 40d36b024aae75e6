import { Checkbox } from '../../../components/Field';
import { isPresent, listAt } from '../document/read';
import { ListField, NumberField, TextField } from '../form/fields';
import { useForm } from '../form/form_context';
import { ParameterRows } from '../form/ParameterRows';
import { Rows } from '../form/Rows';
import { Section } from '../form/Section';
import styles from '../form/form.module.css';

const NAS = ['spec', 'nasConfig'] as const;
const GRAPH = [...NAS, 'graphConfig'] as const;
const OPERATIONS = [...NAS, 'operations'] as const;

const FRESH_OPERATION = {
  operationType: 'convolution',
  parameters: [
    { name: 'filter_size', parameterType: 'categorical', feasibleSpace: { list: ['3', '5'] } },
  ],
};

const FRESH_NAS = {
  graphConfig: { numLayers: 8, inputSizes: [32, 32, 3], outputSizes: [10] },
  operations: [FRESH_OPERATION],
};

const OPERATION_TYPES = [
  'convolution',
  'separable_convolution',
  'depthwise_convolution',
  'dilated_convolution',
  'reduction',
  'max_pooling',
  'avg_pooling',
  'skip_connection',
];

export function ArchitectureSection() {
  const { plain, edit } = useForm();
  const on = isPresent(plain, NAS);
  const count = listAt(plain, OPERATIONS).length;
  return (
    <Section
      title="Architecture search"
      paths={[NAS]}
      open={on}
      summary={on ? `${count} operation${count === 1 ? '' : 's'}` : 'none'}
    >
      <Checkbox
        label="Search for a network’s architecture"
        checked={on}
        onChange={(checked) => edit(NAS, checked ? FRESH_NAS : undefined)}
      />
      {on && (
        <>
          <div className={styles.grid}>
            <NumberField path={[...GRAPH, 'numLayers']} label="Layers" />
            <ListField path={[...GRAPH, 'inputSizes']} label="Input sizes" numbers />
            <ListField path={[...GRAPH, 'outputSizes']} label="Output sizes" numbers />
          </div>
          <h3 className={styles.subtitle}>Operations</h3>
          <Rows path={OPERATIONS} label="Operations" one="operation" fresh={FRESH_OPERATION}>
            {(path) => (
              <>
                <TextField
                  path={[...path, 'operationType']}
                  label="Operation"
                  suggestions={OPERATION_TYPES}
                />
                <ParameterRows path={[...path, 'parameters']} conditions={false} />
              </>
            )}
          </Rows>
        </>
      )}
    </Section>
  );
}
