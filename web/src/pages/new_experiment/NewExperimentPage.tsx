import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { listAlgorithms, listStoppingRules } from '../../api/algorithms';
import { ApiError } from '../../api/client';
import { createExperiments } from '../../api/experiments';
import type { Fault } from '../../api/types';
import { links } from '../../app/links';
import { toast, toastError } from '../../app/toasts';
import { useResource } from '../../app/use_resource';
import { Button } from '../../components/Button';
import { LazyYamlEditor } from '../../components/editor/LazyYamlEditor';
import { Page } from '../../components/Page';
import { LoadingState } from '../../components/States';
import type { DocumentPath } from './document/document_path';
import { editDocument, readDocument } from './document/yaml_document';
import { ExperimentForm } from './ExperimentForm';
import { FaultList } from './FaultList';
import { BLANK_DOCUMENT } from './start/blank';
import { forgetDraft, saveDraft } from './start/draft';
import { StartDialog } from './start/StartDialog';
import { startKey, useStart, type Start } from './start/use_start';
import { readTextFile, useFileDrop } from './use_file_drop';
import { useValidation } from './use_validation';
import styles from './new_experiment.module.css';

const NONE: never[] = [];

// The YAML is what counts. The form shows it and edits it, a value at a time.
export default function NewExperimentPage() {
  const [, navigate] = useLocation();
  const [parameters] = useSearchParams();
  const example = parameters.get('example') ?? undefined;
  const from = parameters.get('from') ?? undefined;
  const start = useMemo<Start>(() => ({ example, from }), [example, from]);

  const [text, setText] = useState('');
  const { ready, again } = useStart(start, setText);
  const document = useReadDocument(text);
  const validation = useValidation(text);
  const algorithms = useResource('algorithms', listAlgorithms);
  const stoppingRules = useResource('stopping-rules', listStoppingRules);
  const [goTo, setGoTo] = useState<{ line: number; column: number }>();
  const [shown, setShown] = useState<'form' | 'yaml'>('form');
  const [choosing, setChoosing] = useState(false);
  const [busy, setBusy] = useState(false);

  const key = startKey(start);
  useEffect(() => {
    if (ready && text !== '' && text !== BLANK_DOCUMENT) saveDraft(key, text);
  }, [ready, key, text]);

  const edit = useCallback((path: DocumentPath, value: unknown) => {
    setText((now) => editDocument(now, path, value));
  }, []);

  const begin = (next: Start) => {
    forgetDraft();
    setChoosing(false);
    // The address says it already.
    if (startKey(next) === key) return again();
    navigate(
      links.newExperiment({
        example: next.example,
        from: next.from ? nameOf(next.from) : undefined,
      }),
    );
  };
  const open = async (file: File) => {
    const content = await readTextFile(file);
    if (content !== undefined) setText(content);
  };
  const drop = useFileDrop((file) => void open(file));
  const picker = useRef<HTMLInputElement>(null);

  const choose = ({ line, column }: Fault) => {
    setShown('yaml');
    setGoTo({ line, column });
  };

  const create = async () => {
    setBusy(true);
    try {
      const created = await createExperiments(text);
      forgetDraft();
      const [first] = created;
      toast('good', created.map(({ name }) => `Created ${name}.`).join('\n'));
      navigate(created.length === 1 && first ? links.experiment(first) : links.experiments());
    } catch (error) {
      const faulty = error instanceof ApiError && error.faults.length > 0;
      if (faulty) toast('bad', 'Not created: the document has faults.');
      else toastError(error);
      setBusy(false);
    }
  };

  return (
    <Page
      title="New experiment"
      fill
      actions={
        <>
          <Button onClick={() => setChoosing(true)}>Start from…</Button>
          <Button icon="upload" onClick={() => picker.current?.click()}>
            Open a file
          </Button>
          <input
            ref={picker}
            type="file"
            accept=".yaml,.yml,.json"
            hidden
            aria-label="Open a file"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) void open(file);
              event.target.value = '';
            }}
          />
          <Button
            kind="primary"
            busy={busy}
            disabled={!ready || validation.faults.length > 0}
            onClick={() => void create()}
          >
            Create
          </Button>
        </>
      }
    >
      <div className={styles.tabs} role="group" aria-label="What is shown">
        <Button small aria-pressed={shown === 'form'} onClick={() => setShown('form')}>
          Form
        </Button>
        <Button small aria-pressed={shown === 'yaml'} onClick={() => setShown('yaml')}>
          YAML
        </Button>
      </div>
      {ready ? (
        <div className={styles.panes} {...drop.handlers}>
          <div className={`${styles.pane} ${shown === 'form' ? '' : styles.away}`}>
            <form
              className={styles.form}
              aria-label="Experiment"
              onSubmit={(event) => event.preventDefault()}
            >
              {document && (
                <ExperimentForm
                  document={document}
                  validation={validation}
                  algorithms={algorithms.data ?? NONE}
                  stoppingRules={stoppingRules.data ?? NONE}
                  edit={edit}
                />
              )}
            </form>
          </div>
          <div className={`${styles.pane} ${shown === 'yaml' ? '' : styles.away}`}>
            <div className={styles.editor}>
              <LazyYamlEditor
                label="The experiment as YAML"
                value={text}
                onChange={setText}
                faults={validation.faults}
                goTo={goTo}
              />
            </div>
            <FaultList validation={validation} onChoose={choose} />
          </div>
          {drop.over && <div className={styles.drop}>Drop the file to open it</div>}
        </div>
      ) : (
        <LoadingState />
      )}
      {choosing && <StartDialog onChoose={begin} onClose={() => setChoosing(false)} />}
    </Page>
  );
}

function useReadDocument(text: string) {
  // Typing stays fluent in a large document: the form follows when there is time.
  const deferred = useDeferredValue(text);
  const behind = deferred === '' && text !== ''; // the first text is still to be read
  return useMemo(() => (behind ? undefined : readDocument(deferred)), [behind, deferred]);
}

function nameOf(from: string) {
  const [namespace = '', name = ''] = from.split('/');
  return { namespace, name };
}
