import { join } from 'node:path';
import { WEB_FOLDER, type QalamServer } from './server';

export interface ExperimentOptions {
  name: string;
  trials?: number;
  parallel?: number;
  algorithm?: string;
  metric?: string;
  kinds?: string[]; // what the word may be
  steps?: number;
  pause?: number; // seconds between a trial's steps
  say?: string; // a line in each trial's output
  fail?: boolean;
}

// An experiment over two numbers and a word whose trials run support/train.py. JSON is YAML.
export function experimentDocument(options: ExperimentOptions): string {
  const metric = options.metric ?? 'accuracy';
  const trials = options.trials ?? 4;
  const number = (name: string) => ({
    name,
    parameterType: 'double',
    feasibleSpace: { min: '0', max: '1' },
  });
  const names = ['x', 'y', 'kind'];
  return JSON.stringify({
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'Experiment',
    metadata: { name: options.name },
    spec: {
      objective: {
        type: 'maximize',
        objectiveMetricName: metric,
        additionalMetricNames: ['loss'],
      },
      algorithm: { algorithmName: options.algorithm ?? 'random' },
      seed: 1,
      maxTrialCount: trials,
      parallelTrialCount: options.parallel ?? Math.min(2, trials),
      parameters: [
        number('x'),
        number('y'),
        {
          name: 'kind',
          parameterType: 'categorical',
          feasibleSpace: { list: options.kinds ?? ['a', 'b'] },
        },
      ],
      trialTemplate: {
        trialParameters: names.map((name) => ({ name, reference: name })),
        trialSpec: {
          apiVersion: 'batch/v1',
          kind: 'Job',
          spec: {
            template: {
              spec: {
                containers: [
                  {
                    name: 'training',
                    command: [
                      'python3',
                      join(WEB_FOLDER, 'e2e/support/train.py'),
                      ...names.map((name) => `--${name}=\${trialParameters.${name}}`),
                      `--metric=${metric}`,
                      `--steps=${options.steps ?? 3}`,
                      `--pause=${options.pause ?? 0}`,
                      `--say=${options.say ?? ''}`,
                      ...(options.fail ? ['--fail'] : []),
                    ],
                  },
                ],
                restartPolicy: 'Never',
              },
            },
          },
        },
      },
    },
  });
}

export async function create(server: QalamServer, options: ExperimentOptions): Promise<void> {
  await server.api('/experiments', 'POST', { document: experimentDocument(options) });
}

export async function waitForState(
  server: QalamServer,
  name: string,
  state: string,
  timeout = 60_000,
): Promise<void> {
  const end = Date.now() + timeout;
  for (;;) {
    const now = await server.api<{ state: string }>(`/experiments/default/${name}`);
    if (now.state === state) return;
    if (Date.now() > end) throw new Error(`${name} is ${now.state} and not ${state}`);
    await new Promise((rested) => setTimeout(rested, 100));
  }
}
