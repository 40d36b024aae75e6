import { isPresent, textAt } from '../document/read';
import { LinesField, NumberField, SelectField, TextField } from '../form/fields';
import { useForm } from '../form/form_context';
import { Section } from '../form/Section';
import styles from '../form/form.module.css';

const COLLECTOR = ['spec', 'metricsCollectorSpec'] as const;
const KIND = [...COLLECTOR, 'collector', 'kind'] as const;
const FILE = [...COLLECTOR, 'source', 'fileSystemPath'] as const;
const CUSTOM = [...COLLECTOR, 'collector', 'customCollector'] as const;
const HTTP_GET = [...COLLECTOR, 'source', 'httpGet'] as const;
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

const OF_ONE_KIND = [
  { kind: 'Custom', path: CUSTOM, fresh: { name: 'collector' } },
  // A port of each trial's own, so that trials may run side by side.
  { kind: 'PrometheusMetric', path: HTTP_GET, fresh: { port: 0, path: '/metrics' } },
];

export function CollectorSection() {
  const { plain, edit } = useForm();
  const kind = textAt(plain, KIND);
  const hasFile = kind === 'File' || kind === 'TensorFlowEvent' || kind === 'Custom';
  if (textAt(plain, ['spec', 'trialRunner']) === 'Client') return null;
  const hasText = kind === '' || kind === 'StdOut' || kind === 'File' || kind === 'Custom';
  // What belongs to one kind alone comes and goes with it.
  const choose = (chosen: string) => {
    edit(KIND, chosen === '' ? undefined : chosen);
    for (const { kind: owner, path, fresh } of OF_ONE_KIND) {
      if (chosen !== owner) edit(path, undefined);
      else if (!isPresent(plain, path)) edit(path, fresh);
    }
  };
  return (
    <Section
      title="Metrics collector"
      paths={[COLLECTOR]}
      open={kind !== ''}
      summary={kind || 'from the output'}
    >
      <SelectField path={KIND} label="Where metrics are read" options={KINDS} onChoose={choose} />
      {kind === 'Custom' && (
        <>
          <LinesField
            path={[...CUSTOM, 'command']}
            label="Command that collects"
            help="One argument a line. It runs beside the trial, and what it prints are metrics."
          />
          <TextField
            path={[...CUSTOM, 'workingDir']}
            label="Its working directory"
            placeholder="the trial’s own folder"
          />
        </>
      )}
      {kind === 'PrometheusMetric' && (
        <div className={styles.grid}>
          <NumberField
            path={[...HTTP_GET, 'port']}
            label="Port"
            placeholder="8080"
            help="0 gives each trial one of its own, in QALAM_METRICS_PORT."
          />
          <TextField path={[...HTTP_GET, 'path']} label="Path" placeholder="/metrics" />
        </div>
      )}
      {hasFile && (
        <div className={styles.grid}>
          <TextField
            path={[...FILE, 'path']}
            label="Path"
            help={
              kind === 'Custom'
                ? 'What the command that collects reads, in QALAM_METRICS_PATH.'
                : 'A relative one is taken from where the command runs.'
            }
          />
          {kind !== 'TensorFlowEvent' && (
            <SelectField path={[...FILE, 'format']} label="Format" options={FILE_FORMATS} />
          )}
        </div>
      )}
      {hasText && (
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
