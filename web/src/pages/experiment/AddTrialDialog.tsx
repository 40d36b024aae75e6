import { useMemo, useState } from 'react';
import { ApiError } from '../../api/client';
import { addTrial } from '../../api/experiments';
import { toast } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Dialog } from '../../components/Dialog';
import { Field, Select, TextInput } from '../../components/Field';
import { documentParameters } from './document_parameters';
import type { ShownExperiment } from './use_experiment';
import styles from './experiment.module.css';

// Tries parameters that a person chose. It begins with those of the best trial.
export default function AddTrialDialog({
  experiment,
  onClose,
}: {
  experiment: ShownExperiment;
  onClose: () => void;
}) {
  const parameters = useMemo(
    () => documentParameters(experiment.documentYaml),
    [experiment.documentYaml],
  );
  const [values, setValues] = useState<Record<string, string>>(() => {
    const best = experiment.bestTrial?.parameters ?? [];
    const known = Object.fromEntries(best.map(({ name, value }) => [name, value]));
    return Object.fromEntries(
      parameters.map(({ name, choices }) => [name, known[name] ?? choices[0] ?? '']),
    );
  });
  const [problem, setProblem] = useState<ApiError>();
  const [busy, setBusy] = useState(false);

  const add = async () => {
    setBusy(true);
    try {
      const given = Object.entries(values).filter(([, value]) => value.trim() !== '');
      const trial = await addTrial(experiment, Object.fromEntries(given));
      toast('good', `Trial ${trial.number} has been added.`);
      onClose();
    } catch (error) {
      setProblem(error instanceof ApiError ? error : new ApiError(0, 'BROKEN', String(error)));
    } finally {
      setBusy(false);
    }
  };

  const faultsOf = (name: string) =>
    (problem?.faults ?? [])
      .filter(({ field }) => field === name || field.endsWith(`.${name}`))
      .map(({ message }) => message);

  return (
    <Dialog
      title="Add a trial"
      onClose={onClose}
      wide={parameters.length > 6}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={busy} onClick={() => void add()}>
            Add trial
          </Button>
        </>
      }
    >
      <form
        className={parameters.length > 6 ? styles.wideForm : styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        {problem && (
          <p className={styles.problem} role="alert">
            {problem.message}
          </p>
        )}
        {parameters.map(({ name, allowed, choices }) => (
          <Field key={name} label={name} help={allowed} faults={faultsOf(name)}>
            {(ids) =>
              choices.length > 0 ? (
                <Select
                  {...ids}
                  options={['', ...choices].map((value) => ({
                    value,
                    label: value || '(none)',
                  }))}
                  value={values[name]}
                  onChange={(value) => setValues((now) => ({ ...now, [name]: value }))}
                />
              ) : (
                <TextInput
                  {...ids}
                  value={values[name]}
                  onChange={(value) => setValues((now) => ({ ...now, [name]: value }))}
                />
              )
            }
          </Field>
        ))}
        <p className={styles.muted}>
          The trial counts as one of the budget. The algorithm learns from it as from its own.
        </p>
      </form>
    </Dialog>
  );
}
