import { useState } from 'react';
import { ApiError } from '../../api/client';
import { editBudget, getExperiment, type Budget } from '../../api/experiments';
import { toast } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Dialog } from '../../components/Dialog';
import { Field, TextInput } from '../../components/Field';
import type { ShownExperiment } from './use_experiment';
import styles from './experiment.module.css';

type Entry = 'maxTrialCount' | 'parallelTrialCount' | 'maxFailedTrialCount';

const FIELDS: readonly { entry: Entry; label: string; help: string }[] = [
  { entry: 'maxTrialCount', label: 'Trials in all', help: 'How many trials are ever started.' },
  { entry: 'parallelTrialCount', label: 'Trials at once', help: 'How many run at the same time.' },
  {
    entry: 'maxFailedTrialCount',
    label: 'Failed trials allowed',
    help: 'One more, and the experiment fails. Leave it empty to keep it as it is.',
  },
];

// Changes the budget of the version that the dialog was opened on: what somebody else has changed
// meanwhile is shown, not overwritten.
export function EditBudgetDialog({
  experiment,
  reload,
  onClose,
}: {
  experiment: ShownExperiment;
  reload: () => void;
  onClose: () => void;
}) {
  // As it was when the dialog was opened; events go on changing `experiment`.
  const [base, setBase] = useState(experiment);
  const [texts, setTexts] = useState<Record<Entry, string>>({
    maxTrialCount: textOf(experiment.maxTrialCount),
    parallelTrialCount: textOf(experiment.parallelTrialCount),
    maxFailedTrialCount: '',
  });
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const faults = faultsOf(texts);
  const budget = changedBudget(texts, base);

  const save = async () => {
    setBusy(true);
    try {
      await editBudget(base, budget, base.version);
      toast('good', 'The budget has been changed.');
      reload();
      onClose();
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) {
        const now = await getExperiment(base).catch(() => undefined);
        setProblem(now ? conflictText(base, now) : error.message);
        if (now) {
          setTexts((typed) => rebased(typed, base, now));
          setBase({ ...base, ...now });
        }
      } else {
        setProblem(error instanceof Error ? error.message : String(error));
      }
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      title="Edit budget"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            busy={busy}
            disabled={Object.keys(faults).length > 0 || Object.keys(budget).length === 0}
            onClick={() => void save()}
          >
            Save
          </Button>
        </>
      }
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {problem && (
          <p className={styles.problem} role="alert">
            {problem}
          </p>
        )}
        {FIELDS.map(({ entry, label, help }) => (
          <Field
            key={entry}
            label={label}
            help={help}
            faults={faults[entry] ? [faults[entry]] : []}
          >
            {(ids) => (
              <TextInput
                {...ids}
                inputMode="numeric"
                value={texts[entry]}
                onChange={(text) => setTexts((now) => ({ ...now, [entry]: text }))}
              />
            )}
          </Field>
        ))}
      </form>
    </Dialog>
  );
}

// 0 stands for a count that is unset, as is the one at once where clients run the trials.
function textOf(count: number): string {
  return count > 0 ? String(count) : '';
}

function faultsOf(texts: Record<Entry, string>): Partial<Record<Entry, string>> {
  const faults: Partial<Record<Entry, string>> = {};
  for (const { entry } of FIELDS) {
    const text = texts[entry].trim();
    if (text === '') continue;
    const least = entry === 'maxFailedTrialCount' ? 0 : 1;
    if (!/^\d{1,9}$/.test(text) || Number(text) < least) {
      faults[entry] = `a whole number, at least ${least}`;
    }
  }
  return faults;
}

// What was not typed follows what somebody else has set: saving again must not undo it.
export function rebased(
  texts: Record<Entry, string>,
  before: Counts,
  now: Counts,
): Record<Entry, string> {
  const follow = (entry: 'maxTrialCount' | 'parallelTrialCount') =>
    texts[entry].trim() === textOf(before[entry]) ? textOf(now[entry]) : texts[entry];
  return {
    ...texts,
    maxTrialCount: follow('maxTrialCount'),
    parallelTrialCount: follow('parallelTrialCount'),
  };
}

type Counts = Pick<ShownExperiment, 'maxTrialCount' | 'parallelTrialCount'>;

export function changedBudget(texts: Record<Entry, string>, base: ShownExperiment): Budget {
  const budget: Budget = {};
  for (const { entry } of FIELDS) {
    const text = texts[entry].trim();
    if (text === '') continue;
    const value = Number(text);
    if (entry === 'maxFailedTrialCount' || value !== base[entry]) budget[entry] = value;
  }
  return budget;
}

export function conflictText(
  before: { maxTrialCount: number; parallelTrialCount: number; version: number },
  now: { maxTrialCount: number; parallelTrialCount: number; version: number; state: string },
): string {
  const changes: string[] = [];
  if (now.maxTrialCount !== before.maxTrialCount) {
    changes.push(`trials in all are now ${now.maxTrialCount}, not ${before.maxTrialCount}`);
  }
  if (now.parallelTrialCount !== before.parallelTrialCount) {
    changes.push(
      `trials at once are now ${now.parallelTrialCount}, not ${before.parallelTrialCount}`,
    );
  }
  const what = changes.length > 0 ? changes.join('; ') : `it is ${now.state.toLowerCase()} now`;
  return (
    `The experiment has been changed since you opened this: ${what}. Nothing of yours was saved. ` +
    'Your entries are still here; save again to apply them all the same.'
  );
}
