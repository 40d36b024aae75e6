import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { links } from '../../app/links';
import { Dialog } from '../../components/Dialog';
import { Checkbox } from '../../components/Field';
import type { ExperimentView } from '../experiment/experiment_view';
import { compareTrials } from './compare';
import styles from './trials.module.css';

// Trials side by side, a column each, what differs standing out.
export function CompareTrialsDialog({
  view,
  rows,
  onClose,
}: {
  view: ExperimentView;
  rows: readonly number[];
  onClose: () => void;
}) {
  const { table } = view;
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const lines = useMemo(() => compareTrials(table, rows), [table, rows]);
  const shown = onlyDifferent ? lines.filter((line) => line.differs) : lines;
  return (
    <Dialog title={`${rows.length} trials side by side`} wide onClose={onClose}>
      <Checkbox
        label="Show only what differs"
        checked={onlyDifferent}
        onChange={setOnlyDifferent}
      />
      <div className={styles.compare} tabIndex={0} role="region" aria-label="Comparison">
        <table>
          <thead>
            <tr>
              <th scope="col">Trial</th>
              {rows.map((row) => (
                <th scope="col" key={row}>
                  <Link
                    href={links.trial({
                      namespace: view.name.namespace,
                      name: table.names[row]!,
                    })}
                  >
                    {table.numbers[row]}
                  </Link>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ column, texts, differs, best }) => (
              <tr key={column.id} className={differs ? undefined : styles.same}>
                <th scope="row">{column.name}</th>
                {texts.map((text, index) => (
                  <td key={index} className={index === best ? styles.bestCell : undefined}>
                    {text}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Dialog>
  );
}
