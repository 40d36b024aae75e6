import { useEffect, useState } from 'react';
import { listAlgorithms } from '../../api/algorithms';
import type { ExperimentQuery } from '../../api/experiments';
import { useDebounced } from '../../app/use_debounced';
import { useResource } from '../../app/use_resource';
import type { UrlPatch } from '../../app/url_state';
import { Button } from '../../components/Button';
import { Select, TextInput } from '../../components/Field';
import { Icon } from '../../components/Icon';
import { STATE_GROUPS } from './experiment_list';
import styles from './experiments.module.css';

const TYPING_PAUSE_MS = 200;

export function Filters({
  query,
  onChange,
  countWords,
}: {
  query: ExperimentQuery;
  onChange: (patch: UrlPatch, options?: { push?: boolean }) => void;
  countWords: string;
}) {
  const [search, setSearch] = useState(query.search ?? '');
  const rested = useDebounced(search, TYPING_PAUSE_MS);
  const [sent, setSent] = useState(search);
  useEffect(() => {
    if (rested === sent) return;
    setSent(rested);
    onChange({ search: rested });
  }, [rested, sent, onChange]);
  useEffect(() => {
    // The address has changed by itself: back, or a link.
    setSearch(query.search ?? '');
    setSent(query.search ?? '');
  }, [query.search]);

  const algorithms = useResource('algorithms', listAlgorithms).data ?? [];
  const names = algorithms.map(({ name }) => name);
  if (query.algorithm && !names.includes(query.algorithm)) names.push(query.algorithm);
  const chosen = query.state ?? [];

  const toggle = (states: readonly string[]) => {
    const on = states.every((state) => chosen.some((one) => one === state));
    const rest = chosen.filter((state) => !states.includes(state));
    onChange({ state: on ? rest : [...rest, ...states] }, { push: true });
  };

  return (
    <div className={styles.filters} role="search">
      <div className={styles.search}>
        <Icon name="search" />
        <TextInput
          type="search"
          aria-label="Search by name"
          placeholder="Search by name"
          value={search}
          onChange={setSearch}
        />
      </div>
      <div className={styles.states} role="group" aria-label="States">
        {STATE_GROUPS.map(({ label, states }) => (
          <Button
            key={label}
            small
            aria-pressed={states.every((state) => chosen.includes(state))}
            onClick={() => toggle(states)}
          >
            {label}
          </Button>
        ))}
      </div>
      <Select
        aria-label="Algorithm"
        className={styles.select}
        value={query.algorithm ?? ''}
        onChange={(algorithm) => onChange({ algorithm }, { push: true })}
        options={[
          { value: '', label: 'All algorithms' },
          ...names.map((name) => ({ value: name, label: name })),
        ]}
      />
      <span className={styles.count} role="status">
        {countWords}
      </span>
    </div>
  );
}
