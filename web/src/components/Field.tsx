import { useId, type ReactNode } from 'react';
import styles from './Field.module.css';

export interface FieldIds {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
}

// A labelled control with its help and its faults. The control takes the ids that it is given.
export function Field({
  label,
  help,
  faults = [],
  hideLabel,
  children,
}: {
  label: string;
  help?: ReactNode;
  faults?: readonly string[];
  hideLabel?: boolean;
  children: (ids: FieldIds) => ReactNode;
}) {
  const id = useId();
  const wrong = faults.length > 0;
  const described = [help ? `${id}-help` : '', wrong ? `${id}-faults` : ''].join(' ').trim();
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : styles.label}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': wrong || undefined,
      })}
      {help && (
        <p id={`${id}-help`} className={styles.help}>
          {help}
        </p>
      )}
      {wrong && (
        <ul id={`${id}-faults`} className={styles.faults}>
          {faults.map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

type InputProps = Omit<React.InputHTMLAttributes<HTMLInputElement>, 'onChange'> & {
  onChange: (value: string) => void;
};

export function TextInput({ onChange, className, ...rest }: InputProps) {
  return (
    <input
      type="text"
      autoComplete="off"
      spellCheck={false}
      className={`${styles.input} ${className ?? ''}`}
      onChange={(event) => onChange(event.target.value)}
      {...rest}
    />
  );
}

export interface Option {
  value: string;
  label: string;
}

type SelectProps = Omit<React.SelectHTMLAttributes<HTMLSelectElement>, 'onChange'> & {
  options: readonly Option[];
  onChange: (value: string) => void;
};

export function Select({ options, onChange, className, ...rest }: SelectProps) {
  return (
    <select
      className={`${styles.input} ${styles.select} ${className ?? ''}`}
      onChange={(event) => onChange(event.target.value)}
      {...rest}
    >
      {options.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}

export function Checkbox({
  label,
  checked,
  onChange,
  hideLabel,
  indeterminate,
  disabled,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hideLabel?: boolean;
  indeterminate?: boolean;
  disabled?: boolean;
}) {
  return (
    <label className={styles.checkbox}>
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        ref={(input) => {
          if (input) input.indeterminate = indeterminate ?? false;
        }}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className={hideLabel ? 'visually-hidden' : undefined}>{label}</span>
    </label>
  );
}
