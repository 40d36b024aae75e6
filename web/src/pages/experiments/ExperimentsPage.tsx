import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { links } from '../../app/links';
import { useUrlState } from '../../app/url_state';
import { useMedia } from '../../app/use_media';
import { ButtonLink } from '../../components/Button';
import { countText } from '../../components/number_text';
import { Page } from '../../components/Page';
import { EmptyState, ErrorState, LoadingState } from '../../components/States';
import { Table } from '../../components/Table';
import { BulkBar } from './BulkBar';
import { NARROW_COLUMNS, WIDE_COLUMNS } from './columns';
import { experimentId, queryOf } from './experiment_list';
import { Filters } from './Filters';
import { useExperiments } from './use_experiments';
import styles from './experiments.module.css';

export default function ExperimentsPage() {
  const [, navigate] = useLocation();
  const [parameters, change] = useUrlState();
  const query = useMemo(() => queryOf(parameters), [parameters]);
  const { data, error, reload, loadMore } = useExperiments(query);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const narrow = useMedia('(width < 700px)');

  const rows = data?.experiments ?? [];
  // Those that are gone from the list are no longer selected.
  const chosen = rows.filter((row) => selected.has(experimentId(row)));
  const filtered = query.search || query.algorithm || query.namespace || query.state?.length;

  return (
    <Page
      title="Experiments"
      fill
      actions={
        <ButtonLink kind="primary" icon="plus" href={links.newExperiment()}>
          New experiment
        </ButtonLink>
      }
    >
      {chosen.length > 0 ? (
        <BulkBar chosen={chosen} onClear={() => setSelected(new Set())} />
      ) : (
        <Filters
          query={query}
          onChange={change}
          countWords={data ? `${countText(data.total)} in all` : ''}
        />
      )}
      <div className={styles.list}>
        {data ? (
          <Table
            label="Experiments"
            columns={narrow ? NARROW_COLUMNS : WIDE_COLUMNS}
            rowHeight={narrow ? 3.4 : undefined}
            rows={rows}
            total={data.total}
            rowId={experimentId}
            rowLabel={(row) => row.name}
            onEnd={loadMore}
            sort={{ by: query.sort ?? 'created', descending: query.order === 'desc' }}
            onSort={({ by, descending }) =>
              change({ sort: by, order: descending ? 'desc' : 'asc' }, { push: true })
            }
            selected={selected}
            onSelect={setSelected}
            onOpen={(row) => navigate(links.experiment(row))}
            empty={filtered ? <NothingFound /> : <NoExperiments />}
          />
        ) : error ? (
          <ErrorState error={error} onRetry={reload} />
        ) : (
          <LoadingState />
        )}
      </div>
    </Page>
  );
}

function NoExperiments() {
  return (
    <EmptyState
      icon="plus"
      title="There is no experiment yet."
      action={
        <ButtonLink kind="primary" href={links.newExperiment()}>
          Make the first one
        </ButtonLink>
      }
    >
      Start from an example, or run <code>qalam run FILE</code> beside this server.
    </EmptyState>
  );
}

function NothingFound() {
  return (
    <EmptyState
      icon="search"
      title="No experiment is like that."
      action={<ButtonLink href={links.experiments()}>Show all</ButtonLink>}
    >
      Search for a part of the name, or take a filter away.
    </EmptyState>
  );
}
