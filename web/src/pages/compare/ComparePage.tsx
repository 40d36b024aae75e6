import { useMemo } from 'react';
import type { ExperimentName } from '../../api/types';
import { useUrlState } from '../../app/url_state';
import { Page } from '../../components/Page';
import { EmptyState, LoadingState } from '../../components/States';
import { ComparedCharts } from './ComparedCharts';
import { ComparedTable } from './ComparedTable';
import { MOST_COMPARED, nameText, parseNames } from './compared';
import { ExperimentPicker } from './ExperimentPicker';
import { useCompared } from './use_compared';
import styles from './compare.module.css';

export default function ComparePage() {
  const [parameters, change] = useUrlState();
  const text = parameters.get('experiments') ?? '';
  const names = useMemo(() => parseNames(text), [text]);
  const { loaded, errors } = useCompared(names);
  const set = (next: readonly ExperimentName[]) =>
    change({ experiments: next.map(nameText).join(',') }, { push: true });

  const compared = names
    .map((name) => loaded.get(nameText(name)))
    .filter((one) => one?.experiment !== undefined && one.table !== undefined)
    .map((one) => one!);
  const failed = names.filter((name) => errors.has(nameText(name)));
  const waiting = names.length > compared.length + failed.length;
  return (
    <Page title="Compare experiments">
      {failed.map((name) => (
        <p key={nameText(name)} className={styles.problem} role="alert">
          {nameText(name)}: {errors.get(nameText(name))!.message}{' '}
          <button
            className={styles.linkButton}
            onClick={() => set(names.filter((one) => one !== name))}
          >
            Leave it out
          </button>
        </p>
      ))}
      {names.length === 0 && (
        <EmptyState title="Choose experiments to compare.">
          Their histories and distributions are laid over each other. The address remembers the
          choice: send it to somebody, and they see the same.
        </EmptyState>
      )}
      {compared.length > 0 && (
        <>
          <ComparedTable
            compared={compared}
            onRemove={(removed) =>
              set(names.filter((name) => nameText(name) !== nameText(removed)))
            }
          />
          <ComparedCharts compared={compared} />
        </>
      )}
      {waiting && <LoadingState />}
      {names.length < MOST_COMPARED ? (
        <ExperimentPicker taken={names} onPick={(name) => set([...names, name])} />
      ) : (
        <p className={styles.muted}>At most {MOST_COMPARED} experiments are compared at once.</p>
      )}
    </Page>
  );
}
