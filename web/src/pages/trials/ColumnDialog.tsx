import { Button } from '../../components/Button';
import { Dialog } from '../../components/Dialog';
import { Checkbox } from '../../components/Field';
import type { GridColumn } from './columns';
import styles from './trials.module.css';

const GROUPS: readonly [GridColumn['group'], string][] = [
  ['trial', 'Trial'],
  ['objective', 'Objectives'],
  ['parameter', 'Parameters'],
  ['metric', 'Metrics'],
  ['label', 'Labels'],
];

export function ColumnDialog({
  all,
  shown,
  onChange,
  onClose,
}: {
  all: readonly GridColumn[];
  shown: readonly GridColumn[];
  onChange: (ids: string[] | undefined) => void;
  onClose: () => void;
}) {
  const isShown = (id: string) => shown.some((column) => column.id === id);
  const set = (changed: readonly GridColumn[], checked: boolean) => {
    const ids = new Set(changed.map(({ id }) => id));
    onChange(all.map(({ id }) => id).filter((id) => (ids.has(id) ? checked : isShown(id))));
  };
  return (
    <Dialog
      title="Columns"
      wide
      onClose={onClose}
      actions={
        <>
          <Button onClick={() => onChange(undefined)}>As at first</Button>
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      {GROUPS.map(([group, title]) => {
        const columns = all.filter((column) => column.group === group);
        if (columns.length === 0) return null;
        const count = columns.filter(({ id }) => isShown(id)).length;
        return (
          <fieldset key={group} className={styles.group}>
            <legend>
              <Checkbox
                label={title}
                checked={count === columns.length}
                indeterminate={count > 0 && count < columns.length}
                onChange={(checked) => set(columns, checked)}
              />
            </legend>
            <div className={styles.choices}>
              {columns.map((column) => (
                <Checkbox
                  key={column.id}
                  label={column.name}
                  checked={isShown(column.id)}
                  disabled={column.id === 'number'}
                  onChange={(checked) => set([column], checked)}
                />
              ))}
            </div>
          </fieldset>
        );
      })}
    </Dialog>
  );
}
