import { createContext, useContext } from 'react';
import type { Algorithm, Fault, StoppingRule } from '../../../api/types';
import { pathText, type DocumentPath } from '../document/document_path';

export interface Form {
  plain: unknown; // the document as data
  edit: (path: DocumentPath, value: unknown) => void; // undefined takes the value away
  faults: readonly Fault[];
  algorithms: readonly Algorithm[];
  stoppingRules: readonly StoppingRule[];
}

export const FormContext = createContext<Form | undefined>(undefined);

export function useForm(): Form {
  const form = useContext(FormContext);
  if (!form) throw new Error('a field of the form stands outside of the form');
  return form;
}

export function faultsAt(faults: readonly Fault[], path: DocumentPath): string[] {
  const field = pathText(path);
  return faults.filter((fault) => fault.field === field).map(({ message }) => message);
}

// Whether the field or anything below it has a fault.
export function hasFaultUnder(faults: readonly Fault[], path: DocumentPath): boolean {
  const field = pathText(path);
  return faults.some(({ field: other }) => {
    return other === field || other.startsWith(field + '.') || other.startsWith(field + '[');
  });
}
