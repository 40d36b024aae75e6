import { waitForState } from '../e2e/support/experiments';
import type { QalamServer } from '../e2e/support/server';
import { expect, test } from '../e2e/support/test';
import { SIZE, take } from './take';

interface Example {
  name: string;
  document: string;
}

// The examples of the handwritten digits, which run in seconds.
const EXAMPLES = /^digits\/(?:random|tpe|cmaes|sobol|evolution|nsga2|multivariate-tpe)\b/;

async function create(server: QalamServer, document: string): Promise<string> {
  const created = await server.api<{ experiments: { name: string }[] }>('/experiments', 'POST', {
    document,
  });
  return created.experiments[0]?.name ?? '';
}

// One for each state that people meet.
async function runExamples(server: QalamServer): Promise<void> {
  const { examples } = await server.api<{ examples: Example[] }>('/examples');
  const chosen = examples.filter(({ name }) => EXAMPLES.test(name));
  for (const { document } of chosen) {
    await waitForState(server, await create(server, document), 'Succeeded', 300_000);
  }
  const long = chosen[0]?.document.replace(/maxTrialCount: \d+/, 'maxTrialCount: 2000') ?? '';
  const stopped = await create(server, long.replace(/name: digits-\S+/, 'name: digits-first'));
  await server.api(`/experiments/default/${stopped}/stop`, 'POST');
  await create(server, long.replace(/name: digits-\S+/, 'name: digits-long'));
}

test.use({ viewport: SIZE, colorScheme: 'light' });

test('the list, a new experiment and the system', async ({ page, server }) => {
  await runExamples(server);
  await page.goto('/experiments');
  await expect(page.getByText('Running').first()).toBeVisible();
  await take(page, 'experiments');

  await page.goto('/new');
  await page.getByRole('button', { name: 'Start from…' }).click();
  await page.getByRole('button', { name: /^digits\/tpe/ }).click();
  await expect(page.getByText('No fault')).toBeVisible();
  await page.getByRole('region', { name: 'Search space' }).scrollIntoViewIfNeeded();
  await page.getByRole('form').evaluate((form) => form.scrollTo(0, form.scrollHeight / 4));
  await take(page, 'new-experiment');

  await page.goto('/system');
  await expect(page.getByRole('region', { name: 'Server' })).toBeVisible();
  await take(page, 'system');
});

test('the algorithms', async ({ page }) => {
  await page.goto('/algorithms/tpe');
  await expect(page.getByRole('region', { name: 'tpe' })).toBeVisible();
  await take(page, 'algorithms');
});
