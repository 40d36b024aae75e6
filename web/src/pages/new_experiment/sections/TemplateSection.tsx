import { Button } from '../../../components/Button';
import {
  FRESH_JOB,
  TEMPLATE,
  TRIAL_PARAMETERS,
  assignmentNames,
  hookUpParameters,
  primaryContainer,
} from '../document/trial_template';
import { textAt } from '../document/read';
import { LinesField, SelectField, TextField } from '../form/fields';
import { useForm } from '../form/form_context';
import { Rows } from '../form/Rows';
import { Section } from '../form/Section';
import styles from '../form/form.module.css';

const RUNNER = ['spec', 'trialRunner'] as const;
const COLLECTOR = ['spec', 'metricsCollectorSpec'] as const;
const TRIAL_SPEC = [...TEMPLATE, 'trialSpec'] as const;

const RUNNERS = [
  { value: '', label: 'This server (default)' },
  { value: 'Operator', label: 'This server' },
  { value: 'Client', label: 'Programs elsewhere, through the SDK' },
];

export function TemplateSection() {
  const { plain, edit } = useForm();
  const byClients = textAt(plain, RUNNER) === 'Client';
  const chooseRunner = (runner: string) => {
    edit(RUNNER, runner === '' ? undefined : runner);
    if (runner === 'Client') {
      edit(TEMPLATE, undefined);
      edit(COLLECTOR, undefined);
    }
  };
  return (
    <Section title="Trial" paths={[TEMPLATE, RUNNER]}>
      <SelectField
        path={RUNNER}
        label="Who runs the trials"
        options={RUNNERS}
        onChoose={chooseRunner}
        help={
          byClients
            ? 'Programs ask for trials and tell their results; there is nothing to start.'
            : undefined
        }
      />
      {byClients ? null : <Command />}
    </Section>
  );
}

// What this server starts for each trial.
function Command() {
  const { plain, edit } = useForm();
  const container = primaryContainer(plain);
  const names = assignmentNames(plain);
  const command = container && [...container, 'command'];
  const hookup = command && hookUpParameters(plain, command);
  const hookUp = () => {
    if (!hookup || !command) return;
    edit(command, hookup.command);
    edit(TRIAL_PARAMETERS, hookup.trialParameters);
  };
  return (
    <>
      {container && command ? (
        <>
          <LinesField
            path={command}
            label="Command"
            help="One argument a line. ${trialParameters.NAME} stands for a parameter’s value."
          />
          <div className={styles.grid}>
            <TextField
              path={[...container, 'workingDir']}
              label="Working directory"
              placeholder="the trial’s own folder"
              help="A relative one is taken from where the server was started."
            />
            <TextField
              path={[...TEMPLATE, 'timeout']}
              label="Time limit"
              placeholder="none"
              help="Such as 90s, 5m or 2h."
            />
          </div>
        </>
      ) : (
        <div className={styles.card}>
          <p>
            The manifest of a trial’s job has no container yet whose command the form could show.
          </p>
          <div>
            <Button small icon="plus" onClick={() => edit(TRIAL_SPEC, FRESH_JOB)}>
              Write a job of one command
            </Button>
          </div>
        </div>
      )}
      <h3 className={styles.subtitle}>What the command is given</h3>
      <Rows path={TRIAL_PARAMETERS} label="Trial parameters" one="trial parameter" fresh={{}}>
        {(path) => (
          <div className={styles.fields}>
            <TextField path={[...path, 'name']} label="Name" />
            <TextField path={[...path, 'reference']} label="Stands for" suggestions={names} />
            <TextField path={[...path, 'description']} label="Description" />
          </div>
        )}
      </Rows>
      {hookup && (
        <div>
          <Button small icon="plus" onClick={hookUp}>
            Hand the missing parameters to the command
          </Button>
        </div>
      )}
      <p className={styles.note}>Environment, resources and other fields: in the YAML beside.</p>
    </>
  );
}
