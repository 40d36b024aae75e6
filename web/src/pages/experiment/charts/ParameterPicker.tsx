import { useState } from 'react';
import type { TrialTable } from '../../../charts/data/trial_table';
import { Button } from '../../../components/Button';
import { Dialog } from '../../../components/Dialog';
import { Checkbox } from '../../../components/Field';
import styles from '../experiment.module.css';

// Chooses which parameters a chart shows; `value` is their names, one a line, empty for all.
export function ParameterPicker({
  table,
  value,
  onChange,
  most,
}: {
  table: TrialTable;
  value: string;
  onChange: (value: string) => void;
  most?: number;
}) {
  const [open, setOpen] = useState(false);
  const all = table.parameters.map((column) => column.name);
  const chosen = parameterNames(value).filter((name) => all.includes(name));
  const shown = chosen.length > 0 ? chosen : all.slice(0, most);
  const toggle = (name: string, checked: boolean) => {
    const next = all.filter((one) => (one === name ? checked : shown.includes(one)));
    onChange(next.length === all.length && !most ? '' : next.join('~'));
  };
  if (all.length < 2) return null;
  return (
    <>
      <Button small kind="quiet" icon="columns" onClick={() => setOpen(true)}>
        {shown.length} of {all.length} parameters
      </Button>
      {open && (
        <Dialog title="Parameters to show" onClose={() => setOpen(false)}>
          <div className={styles.choices}>
            {all.map((name) => (
              <Checkbox
                key={name}
                label={name}
                checked={shown.includes(name)}
                disabled={
                  shown.includes(name)
                    ? shown.length === 1
                    : most !== undefined && shown.length >= most
                }
                onChange={(checked) => toggle(name, checked)}
              />
            ))}
          </div>
          {most && <p className={styles.muted}>At most {most} of them.</p>}
        </Dialog>
      )}
    </>
  );
}

export function parameterNames(value: string): string[] {
  return value === '' ? [] : value.split('~');
}
