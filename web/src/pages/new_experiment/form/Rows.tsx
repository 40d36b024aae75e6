import type { ReactNode } from 'react';
import { Button } from '../../../components/Button';
import type { DocumentPath } from '../document/document_path';
import { listAt } from '../document/read';
import { faultsAt, useForm } from './form_context';
import styles from './form.module.css';

// A list of the document, a row an item, with buttons that add and remove.
export function Rows({
  path,
  label,
  one,
  fresh,
  actions,
  children,
}: {
  path: DocumentPath;
  label: string; // of the whole list
  one: string; // of an item: "parameter"
  fresh: unknown; // what a new item is
  actions?: (itemPath: DocumentPath) => ReactNode; // beside the button that removes an item
  children: (itemPath: DocumentPath, index: number) => ReactNode;
}) {
  const { plain, edit, faults } = useForm();
  const items = listAt(plain, path);
  const wrong = faultsAt(faults, path);
  return (
    <div role="group" aria-label={label} className={styles.rows}>
      {items.map((_, index) => {
        const itemPath = [...path, index];
        return (
          <div
            key={index}
            role="group"
            aria-label={`${one} ${index + 1}`}
            className={styles.rowWithButton}
          >
            <div className={styles.rowBody}>
              {children(itemPath, index)}
              {faultsAt(faults, itemPath).map((fault) => (
                <p key={fault} className={styles.fault}>
                  {fault}
                </p>
              ))}
            </div>
            {actions?.(itemPath)}
            <Button
              kind="quiet"
              icon="trash"
              aria-label={`Remove ${one} ${index + 1}`}
              onClick={() => edit(itemPath, undefined)}
            />
          </div>
        );
      })}
      {wrong.map((fault) => (
        <p key={fault} className={styles.fault}>
          {fault}
        </p>
      ))}
      <Button small icon="plus" onClick={() => edit([...path, items.length], fresh)}>
        Add {/^[aeiou]/.test(one) ? 'an' : 'a'} {one}
      </Button>
    </div>
  );
}
