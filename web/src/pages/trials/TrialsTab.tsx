import { useMemo, useState } from 'react';
import { downloads, matchingTrials } from '../../api/experiments';
import { useDebounced } from '../../app/use_debounced';
import { useResource } from '../../app/use_resource';
import { useUrlState } from '../../app/url_state';
import { Button, DownloadLink } from '../../components/Button';
import { Checkbox, Field, Select, TextInput } from '../../components/Field';
import { countText } from '../../components/number_text';
import { EmptyState } from '../../components/States';
import { stateWords } from '../../components/StateBadge';
import type { TrialState } from '../../api/types';
import { useLaggingChange } from '../experiment/charts/use_lagging_change';
import type { TabProps } from '../experiment/tabs';
import { useSelection } from '../experiment/use_selection';
import { ColumnDialog } from './ColumnDialog';
import { firstColumns, tableColumns } from './columns';
import { parseSort, printSort, sortRows } from './sort_rows';
import { TrialsGrid } from './TrialsGrid';
import styles from './trials.module.css';

const TYPING_MS = 300;

export default function TrialsTab({ experiment, view }: TabProps) {
  const { table } = view;
  const [parameters, change] = useUrlState();
  const [choosing, setChoosing] = useState(false);
  const selection = useSelection(view.selection);

  const filter = parameters.get('filter') ?? '';
  const state = parameters.get('state') ?? '';
  const onlySelected = parameters.has('only-selected');
  const sort = parseSort(parameters.get('sort'));
  const all = useMemo(() => tableColumns(table), [table]);
  const chosen = parameters.get('columns');
  const columns = useMemo(() => {
    const ids = chosen ? chosen.split('~') : firstColumns(all);
    const found = all.filter(({ id }) => id === 'number' || ids.includes(id));
    return found;
  }, [all, chosen]);

  const matching = useFilter(view, useDebounced(filter, TYPING_MS));
  const rows = useMemo(() => {
    const wanted = table.stateNames.indexOf(state as TrialState);
    const kept = new Int32Array(table.length);
    let count = 0;
    for (let row = 0; row < table.length; row++) {
      if (state && table.states[row] !== wanted) continue;
      if (matching.numbers && !matching.numbers.has(table.numbers[row]!)) continue;
      if (onlySelected && !selection.has(table.numbers[row]!)) continue;
      kept[count++] = row;
    }
    return kept.slice(0, count);
  }, [table, state, matching.numbers, onlySelected, selection]);
  const by = sort?.by;
  const descending = sort?.descending ?? false;
  const sorted = useMemo(
    () =>
      sortRows(
        rows,
        all.find(({ id }) => id === by),
        descending,
      ),
    [rows, all, by, descending],
  );
  const nothing = { filter: undefined, state: undefined, 'only-selected': undefined };

  return (
    <section className={styles.tab} aria-label="Trials">
      <div className={styles.toolbar}>
        <div className={styles.filter}>
          <Field label="Filter" hideLabel faults={matching.fault ? [matching.fault] : []}>
            {(ids) => (
              <TextInput
                {...ids}
                placeholder='Filter, e.g. lr < 0.01 and state == "Succeeded"'
                value={filter}
                onChange={(text) => change({ filter: text })}
              />
            )}
          </Field>
        </div>
        <Select
          aria-label="State"
          className={styles.state}
          options={[
            { value: '', label: 'All states' },
            ...table.stateNames.map((name) => ({
              value: name,
              label: stateWords(name as TrialState),
            })),
          ]}
          value={state}
          onChange={(value) => change({ state: value })}
        />
        <Checkbox
          label="only selected"
          checked={onlySelected}
          onChange={(checked) => change({ 'only-selected': checked ? '1' : undefined })}
        />
        <Button icon="columns" onClick={() => setChoosing(true)}>
          Columns
        </Button>
        <DownloadLink href={downloads.trialsCsv(experiment)}>CSV</DownloadLink>
        <span className={styles.count} role="status">
          {rows.length === table.length
            ? `${countText(table.length)} trials`
            : `${countText(rows.length)} of ${countText(table.length)} trials`}
        </span>
      </div>
      <div className={styles.card}>
        {rows.length > 0 && (
          <TrialsGrid
            label="Trials"
            view={view}
            columns={columns}
            rows={sorted}
            sort={sort}
            onSort={(next) => change({ sort: printSort(next) })}
          />
        )}
        {rows.length === 0 && table.length === 0 && (
          <EmptyState title="No trial yet.">
            Trials are listed here once they are proposed.
          </EmptyState>
        )}
        {rows.length === 0 && table.length > 0 && (
          <EmptyState
            icon="filter"
            title="No trial matches."
            action={<Button onClick={() => change(nothing)}>Show all trials</Button>}
          >
            Compare parameters, metrics, objective, state, number and duration (seconds), joined by
            and, or, not. Put other names in backquotes.
          </EmptyState>
        )}
      </div>
      {choosing && (
        <ColumnDialog
          all={all}
          shown={columns}
          onChange={(ids) => change({ columns: ids?.join('~') })}
          onClose={() => setChoosing(false)}
        />
      )}
    </section>
  );
}

function useFilter({ name, table, live }: TabProps['view'], filter: string) {
  const lagging = useLaggingChange(table.change, live);
  const expression = filter.trim();
  const { data, error } = useResource(
    `filter ${name.namespace}/${name.name} ${lagging} ${expression}`,
    async (signal) =>
      expression ? new Set(await matchingTrials(name, expression, signal)) : undefined,
    { keepPrevious: true },
  );
  return {
    numbers: expression ? data : undefined,
    fault: expression ? error?.message : undefined,
  };
}
