import type { AlgorithmSetting } from '../../../api/types';
import { Field, Select, TextInput } from '../../../components/Field';
import type { DocumentPath } from '../document/document_path';
import { listAt, textAt } from '../document/read';
import { faultsAt, useForm } from './form_context';
import { useDraft } from './use_draft';
import styles from './form.module.css';

// "one of: a, b, c" as a list.
export function choicesOf({ allowed }: AlgorithmSetting): string[] {
  const listed = /^one of:?\s*(.*)$/s.exec(allowed)?.[1] ?? '';
  return listed
    .split(/,\s*|\s+or\s+/)
    .map((choice) => choice.trim().replace(/^"(.*)"$/, '$1'))
    .filter((choice) => choice !== '');
}

// A control for each setting that an algorithm has. The document keeps them as a list of names and
// values; what has its default need not be there.
export function SettingsFields({
  path,
  settings,
}: {
  path: DocumentPath; // of the list
  settings: readonly AlgorithmSetting[];
}) {
  const { plain } = useForm();
  const names = listAt(plain, path).map((_, index) => textAt(plain, [...path, index, 'name']));
  return (
    <div className={styles.grid}>
      {settings.map((setting) => (
        <SettingField
          key={setting.name}
          list={path}
          index={names.indexOf(setting.name)}
          setting={setting}
        />
      ))}
    </div>
  );
}

function SettingField({
  list,
  index,
  setting,
}: {
  list: DocumentPath;
  index: number; // in the list; -1 when it is not there
  setting: AlgorithmSetting;
}) {
  const { plain, edit, faults } = useForm();
  const item = [...list, index];
  const written = index < 0 ? '' : textAt(plain, [...item, 'value']);
  const wrong =
    index < 0
      ? []
      : ['name', 'value', undefined].flatMap((part) => {
          return faultsAt(faults, part ? [...item, part] : item);
        });

  const write = (text: string) => {
    if (text === '') {
      if (index >= 0) edit(item, undefined);
    } else if (index >= 0) {
      edit([...item, 'value'], text);
    } else {
      edit([...list, listAt(plain, list).length], { name: setting.name, value: text });
    }
  };
  const draft = useDraft(written, write);

  const usual = setting.default === '' ? 'none' : setting.default;
  const choices = setting.type === 'bool' ? ['true', 'false'] : choicesOf(setting);
  const help = (
    <>
      {setting.help}
      {setting.allowed && choices.length === 0 && <> ({setting.allowed})</>}
    </>
  );
  return (
    <Field label={setting.name} help={help} faults={wrong}>
      {(ids) =>
        choices.length > 0 && (written === '' || choices.includes(written)) ? (
          <Select
            {...ids}
            value={written}
            onChange={write}
            options={[
              { value: '', label: `${usual} (default)` },
              ...choices.map((choice) => ({ value: choice, label: choice })),
            ]}
          />
        ) : (
          <TextInput {...ids} {...draft} placeholder={usual} />
        )
      }
    </Field>
  );
}
