import type { Fault } from '../../api/types';
import { Icon } from '../../components/Icon';
import type { Validation } from './use_validation';
import styles from './new_experiment.module.css';

// What the server says of the document; choosing a fault goes to its place.
export function FaultList({
  validation,
  onChoose,
}: {
  validation: Validation;
  onChoose: (fault: Fault) => void;
}) {
  const { faults, error, experiments, checked } = validation;
  const wrong = faults.length > 0 || error !== undefined;
  const tone = wrong ? styles.bad : checked ? styles.good : styles.checking;
  return (
    <div className={styles.faults}>
      <div role="status" className={`${styles.verdict} ${tone}`}>
        <Icon name={wrong ? 'warning' : checked ? 'check' : 'refresh'} />
        {statusWords(validation)}
      </div>
      {faults.length > 0 && (
        <ul aria-label="Faults" className={styles.faultList}>
          {faults.map((fault, index) => (
            <li key={index}>
              <button className={styles.fault} onClick={() => onChoose(fault)}>
                <span className={styles.place}>
                  {fault.line > 0 ? `${fault.line}:${fault.column}` : '–'}
                </span>
                <span>
                  {fault.field && <code>{fault.field}</code>} {fault.message}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {experiments.length > 1 && (
        <p className={styles.note}>
          {experiments.length} experiments; the form shows the first of them.
        </p>
      )}
    </div>
  );
}

function statusWords({ faults, error, checked }: Validation): string {
  if (error) return error;
  if (faults.length > 0) return faults.length === 1 ? 'One fault' : `${faults.length} faults`;
  return checked ? 'No fault' : 'Checking…';
}
