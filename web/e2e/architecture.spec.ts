import { readFile } from 'node:fs/promises';
import { chainSearchDocument } from './support/chain_search';
import { waitForState } from './support/experiments';
import { expect, expectAccessible, expectFitsScreens, test } from './support/test';

test.describe.configure({ mode: 'serial' });

test('an experiment shows the architectures that it tried', async ({ page, server }) => {
  await server.api('/experiments', 'POST', {
    document: chainSearchDocument({ name: 'chains', layers: 3 }),
  });
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
  await expectFitsScreens(page);
});
