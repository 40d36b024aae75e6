import { textAt } from '../document/read';
import { LinesField, SelectField, TextField } from '../form/fields';
import { useForm } from '../form/form_context';
import { Section } from '../form/Section';
import styles from '../form/form.module.css';

const COLLECTOR = ['spec', 'metricsCollectorSpec'] as const;
const KIND = [...COLLECTOR, 'collector', 'kind'] as const;
const FILE = [...COLLECTOR, 'source', 'fileSystemPath'] as const;
const FORMATS = [...COLLECTOR, 'source', 'filter', 'metricsFormat'] as const;

const KINDS = [
  { value: '', label: 'StdOut (default): NAME=VALUE in what the command prints' },
  { value: 'StdOut', label: 'StdOut: NAME=VALUE in what the command prints' },
  { value: 'File', label: 'File: lines of a file' },
  { value: 'TensorFlowEvent', label: 'TensorFlowEvent: event files of TensorFlow' },
  { value: 'PrometheusMetric', label: 'PrometheusMetric: a port that is asked' },
  { value: 'Push', label: 'Push: the program reports by itself' },
  { value: 'Custom', label: 'Custom: a container of your own' },
  { value: 'None', label: 'None: nothing is collected' },
];

const FILE_FORMATS = [
  { value: '', label: 'TEXT (default)' },
  { value: 'TEXT', label: 'TEXT' },
  { value: 'JSON', label: 'JSON' },
];

export function CollectorSection() {
  const { plain } = useForm();
  const kind = textAt(plain, KIND);
  const readsFile = kind === 'File' || kind === 'TensorFlowEvent';
  if (textAt(plain, ['spec', 'trialRunner']) === 'Client') return null;
  const readsText = kind === '' || kind === 'StdOut' || kind === 'File';
  return (
    <Section
      title="Metrics collector"
      paths={[COLLECTOR]}
      open={kind !== ''}
      summary={kind || 'from the output'}
    >
      <SelectField path={KIND} label="Where metrics are read" options={KINDS} />
      {readsFile && (
        <div className={styles.grid}>
          <TextField
            path={[...FILE, 'path']}
            label="Path"
            help="A relative one is taken from where the command runs."
          />
          {kind === 'File' && (
            <SelectField path={[...FILE, 'format']} label="Format" options={FILE_FORMATS} />
          )}
        </div>
      )}
      {readsText && (
        <LinesField
          path={FORMATS}
          label="Patterns"
          placeholder="([\w-]+)\s*=\s*(\S+)"
          help="Regular expressions with two groups, name and value; one a line. Without any, NAME=VALUE."
        />
      )}
    </Section>
  );
}
