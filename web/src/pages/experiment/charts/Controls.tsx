import type { TrialTable } from '../../../charts/data/trial_table';
import { Checkbox, Select } from '../../../components/Field';
import { OFF, ON } from './panel_props';

// Small controls for the heads of charts.
export function LogCheckbox({
  value,
  onChange,
  label = 'log scale',
}: {
  value: string;
  onChange: (value: string) => void;
  label?: string;
}) {
  return (
    <Checkbox
      label={label}
      checked={value === ON}
      onChange={(checked) => onChange(checked ? ON : OFF)}
    />
  );
}

export function ParameterSelect({
  table,
  label,
  value,
  onChange,
}: {
  table: TrialTable;
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <Select
      aria-label={label}
      options={table.parameters.map(({ name }) => ({ value: name, label: name }))}
      value={value}
      onChange={onChange}
    />
  );
}
