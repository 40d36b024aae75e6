import type { DocumentPath } from './document_path';
import { listAt, textAt, textsAt, valueAt } from './read';

export const TEMPLATE = ['spec', 'trialTemplate'] as const;
export const TRIAL_PARAMETERS = [...TEMPLATE, 'trialParameters'] as const;
const CONTAINERS = [...TEMPLATE, 'trialSpec', 'spec', 'template', 'spec', 'containers'] as const;

export const FRESH_JOB = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  spec: {
    template: {
      spec: {
        containers: [{ name: 'training', command: ['python3', 'train.py'] }],
        restartPolicy: 'Never',
      },
    },
  },
};

// The container whose command is the trial; undefined when the manifest has another form.
export function primaryContainer(plain: unknown): DocumentPath | undefined {
  const containers = listAt(plain, CONTAINERS);
  if (containers.length === 0) return undefined;
  const wanted = textAt(plain, [...TEMPLATE, 'primaryContainerName']);
  const found = containers.findIndex((_, index) => {
    return textAt(plain, [...CONTAINERS, index, 'name']) === wanted;
  });
  return [...CONTAINERS, Math.max(found, 0)];
}

// What trialParameters may refer to: the parameters and, with nasConfig, what a search hands out.
export function assignmentNames(plain: unknown): string[] {
  const parameters = ['spec', 'parameters'];
  const names = listAt(plain, parameters)
    .map((_, index) => textAt(plain, [...parameters, index, 'name']))
    .filter((name) => name !== '');
  if (valueAt(plain, ['spec', 'nasConfig']) == null) return names;
  const algorithm = textAt(plain, ['spec', 'algorithm', 'algorithmName']);
  return algorithm === 'darts'
    ? [...names, 'algorithm-settings', 'search-space', 'num-layers']
    : [...names, 'architecture', 'nn_config'];
}

export interface Hookup {
  trialParameters: unknown[];
  command: string[];
}

// Hands every parameter that no trialParameter refers to yet to the command, as --NAME=VALUE.
export function hookUpParameters(plain: unknown, command: DocumentPath): Hookup | undefined {
  const present = listAt(plain, TRIAL_PARAMETERS);
  const referred = present.map((_, index) => {
    return textAt(plain, [...TRIAL_PARAMETERS, index, 'reference']);
  });
  const missing = assignmentNames(plain).filter((name) => !referred.includes(name));
  if (missing.length === 0) return undefined;
  return {
    trialParameters: [...present, ...missing.map((name) => ({ name, reference: name }))],
    command: [
      ...textsAt(plain, command),
      ...missing.map((name) => `--${name}=\${trialParameters.${name}}`),
    ],
  };
}
