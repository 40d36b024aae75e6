import { useMemo } from 'react';
import type { Algorithm, StoppingRule } from '../../api/types';
import { EmptyState } from '../../components/States';
import type { DocumentPath } from './document/document_path';
import type { ReadDocument } from './document/yaml_document';
import { FormContext } from './form/form_context';
import { AlgorithmSection } from './sections/AlgorithmSection';
import { ArchitectureSection } from './sections/ArchitectureSection';
import { BasicsSection } from './sections/BasicsSection';
import { BudgetSection } from './sections/BudgetSection';
import { CollectorSection } from './sections/CollectorSection';
import { ConstraintsSection } from './sections/ConstraintsSection';
import { EarlyStoppingSection } from './sections/EarlyStoppingSection';
import { ObjectiveSection } from './sections/ObjectiveSection';
import { SpaceSection } from './sections/SpaceSection';
import { TemplateSection } from './sections/TemplateSection';
import { WarmStartSection } from './sections/WarmStartSection';
import type { Validation } from './use_validation';

export function ExperimentForm({
  document,
  validation,
  algorithms,
  stoppingRules,
  edit,
}: {
  document: ReadDocument;
  validation: Validation;
  algorithms: readonly Algorithm[];
  stoppingRules: readonly StoppingRule[];
  edit: (path: DocumentPath, value: unknown) => void;
}) {
  const { plain, fault } = document;
  const { faults, choices } = validation;
  const form = useMemo(
    () => ({ plain, edit, faults, algorithms, stoppingRules }),
    [plain, edit, faults, algorithms, stoppingRules],
  );
  if (fault !== undefined) {
    return (
      <EmptyState icon="warning" title="The YAML cannot be read.">
        {fault} The form comes back once that is mended.
      </EmptyState>
    );
  }
  return (
    <FormContext.Provider value={form}>
      <BasicsSection />
      <ObjectiveSection />
      <SpaceSection />
      <AlgorithmSection choices={choices} />
      <BudgetSection />
      <TemplateSection />
      <CollectorSection />
      <ConstraintsSection />
      <EarlyStoppingSection />
      <ArchitectureSection />
      <WarmStartSection />
    </FormContext.Provider>
  );
}
