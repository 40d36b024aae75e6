import { lazy, Suspense } from 'react';
import { LoadingState } from '../States';
import type { YamlEditorProps } from './YamlEditor';

const YamlEditor = lazy(() => import('./YamlEditor'));

// CodeMirror is loaded when the first editor is shown.
export function LazyYamlEditor(props: YamlEditorProps) {
  return (
    <Suspense fallback={<LoadingState label="Loading the editor…" />}>
      <YamlEditor {...props} />
    </Suspense>
  );
}
