import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { Fault } from '../../api/types';
import { editorTheme } from './editor_theme';
import { diagnosticOf } from './fault_marks';
import { smallestChange } from './text_change';
import styles from './YamlEditor.module.css';

export interface YamlEditorProps {
  label: string;
  value: string;
  onChange?: (value: string) => void; // without it the text can only be read
  faults?: readonly Fault[];
  // Goes to that place whenever another object is given.
  goTo?: { line: number; column: number };
}

function extensions(label: string, readOnly: boolean) {
  return [
    lineNumbers(),
    foldGutter(),
    bracketMatching(),
    highlightSelectionMatches(),
    search({ top: true }),
    yaml(),
    editorTheme,
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    ...(readOnly
      ? [
          EditorState.readOnly.of(true),
          EditorView.contentAttributes.of({ 'aria-readonly': 'true' }),
          keymap.of([...defaultKeymap, ...searchKeymap, ...foldKeymap]),
        ]
      : [
          history(),
          drawSelection(),
          indentOnInput(),
          highlightActiveLine(),
          lintGutter(),
          // Escape, then Tab, leaves the editor by the keyboard.
          keymap.of([
            ...defaultKeymap,
            ...historyKeymap,
            ...searchKeymap,
            ...foldKeymap,
            indentWithTab,
          ]),
        ]),
  ];
}

// CodeMirror lives in a shadow root: there it adds its style sheets in a way that the strict
// content-security policy allows. Load it with LazyYamlEditor.
export default function YamlEditor({ label, value, onChange, faults, goTo }: YamlEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const change = useRef(onChange);
  const first = useRef(value);
  useEffect(() => {
    change.current = onChange;
  });

  const readOnly = onChange === undefined;
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    const container = document.createElement('div');
    container.style.height = '100%';
    root.append(container);
    const editor = new EditorView({
      parent: container,
      root,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          extensions(label, readOnly),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) change.current?.(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      first.current = editor.state.doc.toString();
      editor.destroy();
      container.remove();
      view.current = undefined;
    };
  }, [label, readOnly]);

  useEffect(() => {
    const changes = smallestChange(view.current?.state.doc.toString() ?? value, value);
    if (changes) view.current?.dispatch({ changes });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const marks = (faults ?? []).map((fault) => diagnosticOf(editor.state.doc, fault));
    marks.sort((a, b) => a.from - b.from);
    editor.dispatch(setDiagnostics(editor.state, marks));
  }, [faults]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !goTo) return;
    const line = editor.state.doc.line(Math.min(Math.max(goTo.line, 1), editor.state.doc.lines));
    const anchor = Math.min(line.from + Math.max(goTo.column - 1, 0), line.to);
    editor.dispatch({
      selection: { anchor },
      effects: EditorView.scrollIntoView(anchor, { y: 'center' }),
    });
    editor.focus();
  }, [goTo]);

  return <div ref={host} className={styles.editor} />;
}
