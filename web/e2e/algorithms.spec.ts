import { expect, expectAccessible, expectFitsScreens, test } from './support/test';

test('the registry is read, searched and linked to', async ({ page, server }) => {
  const { algorithms } = await server.api<{
    algorithms: { name: string; settings: { name: string; help: string }[] }[];
  }>('/algorithms');
  await page.goto('/algorithms');
  const list = page.getByRole('navigation', { name: 'Algorithms' });
  await expect(list.getByRole('link')).toHaveCount(algorithms.length);

  await list.getByRole('link', { name: /^tpe/ }).click();
  await expect(page).toHaveURL(/\/algorithms\/tpe$/);
  const help = page.getByRole('region', { name: 'tpe' });
  const tpe = algorithms.find(({ name }) => name === 'tpe');
  for (const setting of tpe?.settings ?? []) {
    await expect(help.getByText(setting.name, { exact: true })).toBeVisible();
    await expect(help.getByText(setting.help)).toBeVisible();
  }
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await help.getByRole('button', { name: 'Copy as YAML' }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain('algorithmName: tpe');

  await page.reload();
  await expect(help).toBeVisible();
  await list.getByLabel('Search the algorithms').fill('hansen');
  await expect(list.getByRole('link', { name: /^cmaes/ })).toBeVisible();
  await expect(list.getByRole('link', { name: /^grid/ })).toBeHidden();
  await expectAccessible(page);
  await expectFitsScreens(page);
});

test('an algorithm that is none is said to be none', async ({ page }) => {
  await page.goto('/algorithms/%3Cb%3Enone');
  await expect(page.getByText('There is no algorithm “<b>none”.')).toBeVisible();
});
