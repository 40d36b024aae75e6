import { create, waitForState } from './support/experiments';
import { expect, expectAccessible, expectFitsScreens, test } from './support/test';

test('the server’s state is shown, and follows what happens', async ({ page, server }) => {
  const info = await server.api<{ version: string; database: string }>('/info');
  await page.goto('/system');
  const facts = page.getByRole('region', { name: 'Server' });
  await expect(facts.getByText(info.version, { exact: true })).toBeVisible();
  await expect(facts.getByText(info.database)).toBeVisible();
  await expect(facts.getByText('live')).toBeVisible();

  await create(server, { name: 'busy', trials: 3 });
  const experiments = page.getByRole('region', { name: 'Experiments' });
  await expect(experiments.getByRole('listitem').filter({ hasText: 'Succeeded' })).toHaveText(
    /Succeeded\s*1/,
    { timeout: 30_000 },
  );
  await waitForState(server, 'busy', 'Succeeded');
  const trials = page.getByRole('region', { name: 'Trials', exact: true });
  await expect(trials.getByRole('listitem').filter({ hasText: 'Succeeded' })).toHaveText(
    /Succeeded\s*3/,
  );
  await expectAccessible(page);
  await expectFitsScreens(page);
});
