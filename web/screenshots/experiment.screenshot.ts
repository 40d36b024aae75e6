import type { Page } from '@playwright/test';
import { chainSearchDocument } from '../e2e/support/chain_search';
import { waitForState } from '../e2e/support/experiments';
import { QalamServer } from '../e2e/support/server';
import { expect, test } from '../e2e/support/test';
import { SIZE, take } from './take';

const ALGORITHMS = ['random', 'sobol', 'tpe'];
const PATIENCE_MS = 300_000;

// A curve that flattens, the better the nearer its settings are to what nobody told the algorithm.
const TRAINING = `
import math, sys
rate, momentum, dropout, width, optimizer = sys.argv[1:]
rate, momentum, dropout, width = float(rate), float(momentum), float(dropout), int(width)
best = 0.95 - 0.08 * abs(math.log10(rate) + 2.3) - 0.6 * (momentum - 0.86) ** 2
best -= 0.2 * dropout ** 2 + (0 if optimizer == "adam" else 0.03) - 0.01 * math.log2(width / 64)
for epoch in range(1, 41):
    accuracy = best * (1 - math.exp(-epoch / 9)) + 0.004 * math.sin(7 * epoch + width)
    print(f"step={epoch} accuracy={accuracy:.5f}")
    print(f"step={epoch} loss={1.6 * math.exp(-epoch / 12) + 1 - accuracy:.5f}")
`;

function searchDocument(algorithm: string): string {
  const double = (name: string, min: string, max: string, distribution = 'uniform') => ({
    name,
    parameterType: 'double',
    feasibleSpace: { min, max, distribution },
  });
  const parameters = [
    double('learning_rate', '0.0001', '0.1', 'logUniform'),
    double('momentum', '0.5', '0.99'),
    double('dropout', '0', '0.6'),
    { name: 'width', parameterType: 'int', feasibleSpace: { min: '16', max: '256' } },
    {
      name: 'optimizer',
      parameterType: 'categorical',
      feasibleSpace: { list: ['sgd', 'adam', 'rmsprop'] },
    },
  ];
  return JSON.stringify({
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'Experiment',
    metadata: { name: `training-${algorithm}` },
    spec: {
      objective: {
        type: 'maximize',
        objectiveMetricName: 'accuracy',
        additionalMetricNames: ['loss'],
      },
      algorithm: { algorithmName: algorithm },
      seed: 7,
      maxTrialCount: 80,
      parallelTrialCount: 4,
      parameters,
      trialTemplate: {
        trialParameters: parameters.map(({ name }) => ({ name, reference: name })),
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
                      '-c',
                      TRAINING,
                      ...parameters.map(({ name }) => `\${trialParameters.${name}}`),
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

async function run(server: QalamServer, document: string): Promise<string> {
  const { experiments } = await server.api<{ experiments: { name: string }[] }>(
    '/experiments',
    'POST',
    { document },
  );
  const name = experiments[0]!.name;
  await waitForState(server, name, 'Succeeded', PATIENCE_MS);
  return name;
}

async function scrollTo(page: Page, selector: string): Promise<void> {
  await page
    .locator(selector)
    .first()
    .evaluate((element) => element.scrollIntoView());
  await page.waitForTimeout(1000);
}

test.use({ viewport: SIZE, colorScheme: 'light' });

test('an experiment, its trials, a trial, a comparison', async ({ page, server }) => {
  for (const algorithm of ALGORITHMS) await run(server, searchDocument(algorithm));
  await page.goto('/experiments/default/training-tpe');
  await expect(page.getByRole('application').first()).toBeVisible();
  await expect(page.getByText('PED-ANOVA')).toBeVisible();
  await take(page, 'experiment');

  await page.goto('/experiments/default/training-tpe/trials?sort=-objective.0');
  await expect(page.getByRole('grid')).toBeVisible();
  await take(page, 'trials');

  const { bestTrial } = await server.api<{ bestTrial: { name: string } }>(
    '/experiments/default/training-tpe',
  );
  await page.goto(`/trials/default/${bestTrial.name}`);
  await expect(page.getByRole('application').first()).toBeVisible();
  await take(page, 'trial');

  const names = ALGORITHMS.map((algorithm) => `default/training-${algorithm}`).join(',');
  await page.goto(`/compare?experiments=${names}`);
  await expect(page.getByRole('application')).toHaveCount(2);
  await take(page, 'compare');
});

test('an architecture', async ({ page, server }) => {
  const name = await run(server, chainSearchDocument({ name: 'digits-chains', layers: 6 }));
  await page.goto(`/experiments/default/${name}/architecture`);
  await expect(page.getByRole('img', { name: /nodes/ })).toBeVisible();
  await scrollTo(page, '[aria-label="Parts of the experiment"]');
  await take(page, 'architecture');
});
