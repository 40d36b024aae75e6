import type { Architecture, ExperimentName } from '../../api/types';
import { ApiError } from '../../api/client';
import { getArchitecture } from '../../api/trials';
import { download } from '../../app/download';
import { useResource } from '../../app/use_resource';
import { Button } from '../../components/Button';
import { countText } from '../../components/number_text';
import { EmptyState, ErrorState, LoadingState } from '../../components/States';
import { GraphView } from './GraphView';
import { operationCounts } from './operations';
import styles from './architecture.module.css';

// What a trial of an architecture search tried or found.
export function ArchitectureView({ trial, state }: { trial: ExperimentName; state: string }) {
  const { data, error, reload } = useResource(
    `architecture ${trial.namespace}/${trial.name} ${state}`,
    async (signal): Promise<Architecture | null> => {
      try {
        return await getArchitecture(trial, signal);
      } catch (failure) {
        if (failure instanceof ApiError && failure.status === 404) return null;
        throw failure;
      }
    },
  );
  if (error) return <ErrorState error={error} onRetry={reload} />;
  if (data === undefined) return <LoadingState />;
  if (data === null) {
    return (
      <EmptyState title="This trial has no architecture.">
        A search by shared weights names the cells that it found at its end; other trials have
        theirs from the beginning. Choose another trial, or wait for this one.
      </EmptyState>
    );
  }
  return (
    <>
      <Facts architecture={data} />
      <div className={styles.graphs}>
        {data.graphs.map((graph, index) => (
          <section key={index} className={styles.card} aria-label={graph.title}>
            <header className={styles.cardHeader}>
              <h2>{graph.title}</h2>
              <Button
                small
                kind="quiet"
                onClick={() => saveSvg(`graph-${index}`, `${trial.name}-${graph.title}`)}
              >
                SVG
              </Button>
            </header>
            <div className={styles.graph} tabIndex={0} role="region" aria-label={graph.title}>
              <GraphView graph={graph} id={`graph-${index}`} />
            </div>
          </section>
        ))}
      </div>
    </>
  );
}

function Facts({ architecture }: { architecture: Architecture }) {
  const skips = architecture.graphs
    .flatMap((graph) => graph.edges)
    .filter((edge) => edge.kind === 'skip').length;
  const counts = operationCounts({
    title: '',
    nodes: architecture.graphs.flatMap((graph) => graph.nodes),
    edges: [],
  });
  return (
    <dl className={styles.facts}>
      {architecture.parameterCount !== undefined && (
        <div>
          <dt>Parameters</dt>
          <dd>{countText(architecture.parameterCount)}</dd>
        </div>
      )}
      <div>
        <dt>Skip connections</dt>
        <dd>{skips}</dd>
      </div>
      {counts.map(({ label, count }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{count}</dd>
        </div>
      ))}
    </dl>
  );
}

function saveSvg(id: string, name: string): void {
  const picture = document.getElementById(id);
  if (!picture) return;
  const text = new XMLSerializer().serializeToString(picture);
  download(new Blob([text], { type: 'image/svg+xml' }), `${name.replaceAll(' ', '-')}.svg`);
}
