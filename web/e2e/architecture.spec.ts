import { readFile } from 'node:fs/promises';
import { waitForState } from './support/experiments';
import { expect, expectAccessible, expectFitsTelephone, test } from './support/test';

test.describe.configure({ mode: 'serial' });

// Chains of three layers, tried without training anything: the path through the pages is the same.
const SEARCH = {
  apiVersion: 'kubeflow.org/v1beta1',
  kind: 'Experiment',
  metadata: { name: 'chains' },
  spec: {
    objective: { type: 'maximize', objectiveMetricName: 'accuracy' },
    algorithm: { algorithmName: 'enas' },
    seed: 1,
    maxTrialCount: 3,
    parallelTrialCount: 1,
    nasConfig: {
      graphConfig: { numLayers: 3, inputSizes: [8, 8, 3], outputSizes: [10] },
      operations: [
        {
          operationType: 'convolution',
          parameters: [
            {
              name: 'filter_size',
              parameterType: 'categorical',
              feasibleSpace: { list: ['3', '5'] },
            },
            {
              name: 'num_filter',
              parameterType: 'categorical',
              feasibleSpace: { list: ['8'] },
            },
            {
              name: 'stride',
              parameterType: 'categorical',
              feasibleSpace: { list: ['1'] },
            },
          ],
        },
        {
          operationType: 'reduction',
          parameters: [
            {
              name: 'reduction_type',
              parameterType: 'categorical',
              feasibleSpace: { list: ['max_pooling'] },
            },
            {
              name: 'pool_size',
              parameterType: 'categorical',
              feasibleSpace: { list: ['2'] },
            },
          ],
        },
      ],
    },
    trialTemplate: {
      primaryContainerName: 'training',
      trialParameters: [
        { name: 'architecture', reference: 'architecture' },
        { name: 'config', reference: 'nn_config' },
      ],
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
                    'import sys; print("accuracy=%f" % (len(sys.argv[1]) / 100))',
                    '${trialParameters.architecture}',
                    '${trialParameters.config}',
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
};

test('an experiment shows the architectures that it tried', async ({ page, server }) => {
  await server.api('/experiments', 'POST', { document: JSON.stringify(SEARCH) });
  await waitForState(server, 'chains', 'Succeeded');
  await page.goto('/experiments/default/chains');
  await page.getByRole('link', { name: 'Architecture' }).click();
  const graph = page.getByRole('img', { name: /nodes, \d+ edges/ });
  await expect(graph).toBeVisible();
  await expect(page.getByText('Skip connections')).toBeVisible();
  await page.getByLabel('Trial').selectOption({ index: 1 });
  await expect(page).toHaveURL(/trial=1/);
  await page.reload();
  await expect(page.getByLabel('Trial')).toHaveValue('1');
  await expect(graph).toBeVisible();
});

test('a picture of it is saved', async ({ page }) => {
  await page.goto('/experiments/default/chains/architecture');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'SVG' }).click();
  const picture = await readFile(await (await download).path(), 'utf8');
  expect(picture).toMatch(/^<svg[^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
});

test('a trial leads to its architecture', async ({ page, server }) => {
  const { trials } = await server.api<{ trials: { name: string }[] }>(
    '/experiments/default/chains/trials',
  );
  await page.goto(`/trials/default/${trials[2]!.name}`);
  await page.getByRole('link', { name: 'Architecture' }).click();
  await expect(page.getByRole('heading', { name: 'Architecture of trial 2' })).toBeVisible();
  await expect(page.getByRole('img', { name: /nodes, \d+ edges/ })).toBeVisible();
  await expectAccessible(page);
  await expectFitsTelephone(page);
});
