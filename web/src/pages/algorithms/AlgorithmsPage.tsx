import { useMemo, useState } from 'react';
import { Link, useParams } from 'wouter';
import { listAlgorithms } from '../../api/algorithms';
import type { Algorithm } from '../../api/types';
import { links } from '../../app/links';
import { useResource } from '../../app/use_resource';
import { TextInput } from '../../components/Field';
import { Page } from '../../components/Page';
import { EmptyState, ErrorState, LoadingState } from '../../components/States';
import { AlgorithmHelp } from './AlgorithmHelp';
import styles from './algorithms.module.css';

function says(algorithm: Algorithm, search: string): boolean {
  const { name, summary, citation, settings } = algorithm;
  const texts = [name, summary, citation, ...settings.flatMap((one) => [one.name, one.help])];
  return texts.some((text) => text.toLowerCase().includes(search));
}

// The registry's own help: every algorithm on the left, the chosen one on the right.
export default function AlgorithmsPage() {
  const { name } = useParams<{ name?: string }>();
  const { data, error, reload } = useResource('algorithms', listAlgorithms);
  const [search, setSearch] = useState('');
  const found = useMemo(() => {
    return (data ?? []).filter((algorithm) => says(algorithm, search.trim().toLowerCase()));
  }, [data, search]);
  const chosen = name === undefined ? data?.[0] : data?.find((one) => one.name === name);

  return (
    <Page title={name ?? 'Algorithms'} heading={<h1>Algorithms</h1>}>
      {!data && (error ? <ErrorState error={error} onRetry={reload} /> : <LoadingState />)}
      {data && (
        <div className={styles.columns}>
          <nav aria-label="Algorithms" className={styles.list}>
            <TextInput
              type="search"
              aria-label="Search the algorithms"
              placeholder="Search names, settings, papers"
              value={search}
              onChange={setSearch}
            />
            <ul>
              {found.map((algorithm) => (
                <li key={algorithm.name}>
                  <Link
                    href={links.algorithms(algorithm.name)}
                    className={styles.entry}
                    aria-current={algorithm === chosen ? 'page' : undefined}
                  >
                    <span className={styles.name}>{algorithm.name}</span>
                    <span className={styles.summary}>{algorithm.summary}</span>
                  </Link>
                </li>
              ))}
            </ul>
            {found.length === 0 && <p className={styles.none}>No algorithm says that.</p>}
          </nav>
          {chosen ? (
            <AlgorithmHelp algorithm={chosen} />
          ) : (
            <EmptyState icon="search" title={`There is no algorithm “${name}”.`}>
              Choose one of the list.
            </EmptyState>
          )}
        </div>
      )}
    </Page>
  );
}
