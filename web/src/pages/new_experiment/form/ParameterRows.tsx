import { Button } from '../../../components/Button';
import type { DocumentPath } from '../document/document_path';
import { isPresent, listAt, textAt, valueAt } from '../document/read';
import { ListField, SelectField, TextField } from './fields';
import { useForm } from './form_context';
import { Rows } from './Rows';
import styles from './form.module.css';

const TYPES = [
  { value: 'double', label: 'number' },
  { value: 'int', label: 'integer' },
  { value: 'discrete', label: 'numbers' },
  { value: 'categorical', label: 'words' },
];

const DISTRIBUTIONS = [
  { value: '', label: 'uniform' },
  { value: 'logUniform', label: 'log' },
  { value: 'normal', label: 'normal' },
  { value: 'logNormal', label: 'log-normal' },
];

// "uniform" written out is shown as it is.
function distributionsFor(written: string) {
  if (written !== 'uniform') return DISTRIBUTIONS;
  return DISTRIBUTIONS.map((one) => (one.value === '' ? { ...one, value: 'uniform' } : one));
}

export const FRESH_PARAMETER = {
  name: '',
  parameterType: 'double',
  feasibleSpace: { min: '0', max: '1' },
};

function isList(type: string): boolean {
  return type === 'discrete' || type === 'categorical';
}

// The parameters of a search space, or of one operation of an architecture's.
export function ParameterRows({
  path,
  conditions = true,
}: {
  path: DocumentPath;
  conditions?: boolean;
}) {
  return (
    <Rows
      path={path}
      label="Parameters"
      one="parameter"
      fresh={FRESH_PARAMETER}
      actions={conditions ? (item) => <AddCondition path={item} list={path} /> : undefined}
    >
      {(item) => <ParameterFields path={item} list={path} />}
    </Rows>
  );
}

function ParameterFields({ path, list }: { path: DocumentPath; list: DocumentPath }) {
  const { plain, edit } = useForm();
  const type = textAt(plain, [...path, 'parameterType']);
  const space = [...path, 'feasibleSpace'];
  const condition = [...path, 'activeWhen'];
  const others = useOtherNames(path, list);

  const chooseType = (next: string) => {
    edit([...path, 'parameterType'], next);
    if (isList(next) !== isList(type)) {
      edit(space, isList(next) ? { list: [] } : FRESH_PARAMETER.feasibleSpace);
    } else if (isList(next) && valueAt(plain, [...space, 'distribution']) !== undefined) {
      edit([...space, 'distribution'], undefined);
    }
  };

  return (
    <>
      <div className={isList(type) ? styles.values : styles.range}>
        <TextField path={[...path, 'name']} label="Name" />
        <SelectField
          path={[...path, 'parameterType']}
          label="Type"
          options={TYPES}
          onChoose={chooseType}
        />
        {isList(type) ? (
          <ListField
            path={[...space, 'list']}
            label="Values"
            placeholder={type === 'discrete' ? '16, 32, 64' : 'relu, tanh'}
          />
        ) : (
          <>
            <TextField path={[...space, 'min']} label="From" />
            <TextField path={[...space, 'max']} label="To" />
            <TextField path={[...space, 'step']} label="Step" placeholder="none" />
            <SelectField
              path={[...space, 'distribution']}
              label="Distribution"
              options={distributionsFor(textAt(plain, [...space, 'distribution']))}
            />
          </>
        )}
      </div>
      {isPresent(plain, condition) && <Condition path={condition} others={others} />}
    </>
  );
}

// The parameters that this one's existence may depend on: of a range without steps no value is
// ever met. The one that it depends on stays, whatever it is.
function useOtherNames(path: DocumentPath, list: DocumentPath): string[] {
  const { plain } = useForm();
  const own = textAt(plain, [...path, 'name']);
  const chosen = textAt(plain, [...path, 'activeWhen', 'parameter']);
  const isCounted = (one: DocumentPath) =>
    textAt(plain, [...one, 'parameterType']) !== 'double' ||
    textAt(plain, [...one, 'feasibleSpace', 'step']) !== '';
  return listAt(plain, list)
    .map((_, index) => [...list, index])
    .filter((one) => isCounted(one) || textAt(plain, [...one, 'name']) === chosen)
    .map((one) => textAt(plain, [...one, 'name']))
    .filter((name) => name !== '' && name !== own);
}

function AddCondition({ path, list }: { path: DocumentPath; list: DocumentPath }) {
  const { plain, edit } = useForm();
  const others = useOtherNames(path, list);
  const condition = [...path, 'activeWhen'];
  if (isPresent(plain, condition) || others.length === 0) return null;
  return (
    <Button
      kind="quiet"
      icon="filter"
      aria-label={`Add a condition to ${textAt(plain, [...path, 'name'])}`}
      onClick={() => edit(condition, { parameter: others[0], values: [] })}
    />
  );
}

// A parameter may exist only while another one has one of some values.
function Condition({ path, others }: { path: DocumentPath; others: readonly string[] }) {
  const { edit } = useForm();
  return (
    <div className={styles.condition}>
      <SelectField
        path={[...path, 'parameter']}
        label="Only while"
        options={others.map((name) => ({ value: name, label: name }))}
      />
      <ListField path={[...path, 'values']} label="is one of" />
      <Button
        kind="quiet"
        icon="close"
        aria-label="Remove the condition"
        onClick={() => edit(path, undefined)}
      />
    </div>
  );
}
