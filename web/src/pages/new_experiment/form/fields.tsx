import type { ReactNode } from 'react';
import { Field, Select, TextInput, type Option } from '../../../components/Field';
import fieldStyles from '../../../components/Field.module.css';
import type { DocumentPath } from '../document/document_path';
import { textAt, textsAt } from '../document/read';
import { faultsAt, useForm } from './form_context';
import { useDraft } from './use_draft';
import styles from './form.module.css';

interface FieldProps {
  path: DocumentPath;
  label: string;
  help?: ReactNode;
  hideLabel?: boolean;
  placeholder?: string;
  suggestions?: readonly string[];
}

function useWritten(path: DocumentPath) {
  const { plain, faults } = useForm();
  return { written: textAt(plain, path), wrong: faultsAt(faults, path) };
}

// A text of the document. Empty takes it away.
export function TextField({ path, label, help, hideLabel, placeholder, suggestions }: FieldProps) {
  const { edit } = useForm();
  const { written, wrong } = useWritten(path);
  const draft = useDraft(written, (text) => edit(path, text === '' ? undefined : text));
  return (
    <Field label={label} help={help} hideLabel={hideLabel} faults={wrong}>
      {(ids) => (
        <>
          <TextInput
            {...ids}
            {...draft}
            placeholder={placeholder}
            list={suggestions && `${ids.id}-list`}
          />
          {suggestions && (
            <datalist id={`${ids.id}-list`}>
              {suggestions.map((value) => (
                <option key={value} value={value} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  );
}

// What is typed as the document holds it: a number where it is one and is written as people write
// it; else the text, of which the server says what is wrong. No digit of a whole number is lost.
export function numberOrText(typed: string): number | bigint | string | undefined {
  const text = typed.trim();
  if (text === '') return undefined;
  const number = Number(text);
  if (!Number.isFinite(number) || /^0[xob]/i.test(text)) return text;
  const tooLarge = /^[-+]?\d+$/.test(text) && !Number.isSafeInteger(number);
  return tooLarge ? BigInt(text) : number;
}

export function NumberField({ path, label, help, hideLabel, placeholder }: FieldProps) {
  const { edit } = useForm();
  const { written, wrong } = useWritten(path);
  const draft = useDraft(written, (text) => edit(path, numberOrText(text)));
  return (
    <Field label={label} help={help} hideLabel={hideLabel} faults={wrong}>
      {(ids) => <TextInput {...ids} {...draft} inputMode="decimal" placeholder={placeholder} />}
    </Field>
  );
}

// One of some values; the empty value takes it away. A value that is none of them is shown too.
export function SelectField({
  path,
  label,
  help,
  hideLabel,
  options,
  onChoose,
}: FieldProps & { options: readonly Option[]; onChoose?: (value: string) => void }) {
  const { edit } = useForm();
  const { written, wrong } = useWritten(path);
  const known = options.some(({ value }) => value === written);
  const all = known ? options : [...options, { value: written, label: written || 'Choose…' }];
  const choose = onChoose ?? ((value) => edit(path, value === '' ? undefined : value));
  return (
    <Field label={label} help={help} hideLabel={hideLabel} faults={wrong}>
      {(ids) => <Select {...ids} value={written} options={all} onChange={choose} />}
    </Field>
  );
}

export function splitList(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

// A list of words or numbers, separated by commas.
export function ListField({
  path,
  label,
  help,
  hideLabel,
  placeholder,
  numbers,
}: FieldProps & { numbers?: boolean }) {
  const { plain, edit, faults } = useForm();
  const written = textsAt(plain, path);
  const wrong = [path, ...written.map((_, index) => [...path, index])].flatMap((one) => {
    return faultsAt(faults, one);
  });
  const draft = useDraft(written.join(', '), (text) => {
    const parts = splitList(text);
    const values = numbers ? parts.map(numberOrText) : parts;
    edit(path, values.length > 0 ? values : undefined);
  });
  return (
    <Field label={label} help={help} hideLabel={hideLabel} faults={wrong}>
      {(ids) => <TextInput {...ids} {...draft} placeholder={placeholder} />}
    </Field>
  );
}

// A list of texts, one a line.
export function LinesField({ path, label, help, placeholder }: FieldProps) {
  const { plain, edit, faults } = useForm();
  const written = textsAt(plain, path);
  const wrong = [path, ...written.map((_, index) => [...path, index])].flatMap((one) => {
    return faultsAt(faults, one);
  });
  const draft = useDraft(written.join('\n'), (text) => {
    const lines = text.split('\n');
    while (lines.at(-1) === '') lines.pop();
    edit(path, lines.length > 0 ? lines : undefined);
  });
  return (
    <Field label={label} help={help} faults={wrong}>
      {(ids) => (
        <textarea
          {...ids}
          className={`${fieldStyles.input} ${styles.code}`}
          rows={Math.min(Math.max(written.length + 1, 3), 16)}
          spellCheck={false}
          placeholder={placeholder}
          value={draft.value}
          onFocus={draft.onFocus}
          onBlur={draft.onBlur}
          onChange={(event) => draft.onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
