import { create, waitForState } from './support/experiments';
import { expect, expectAccessible, expectFitsScreens, test } from './support/test';

test.describe.configure({ mode: 'serial' });

test('experiments are found, laid over each other, and the address remembers', async ({
  page,
  server,
}) => {
  for (const algorithm of ['random', 'tpe']) {
    await create(server, { name: `by-${algorithm}`, trials: 12, parallel: 4, algorithm });
  }
  await create(server, { name: 'other', trials: 2, metric: 'score' });
  for (const name of ['by-random', 'by-tpe', 'other']) {
    await waitForState(server, name, 'Succeeded');
  }
  await page.goto('/compare');
  await expect(page.getByText('Choose experiments to compare.')).toBeVisible();
  const picker = page.getByRole('region', { name: 'Add an experiment' });
  await picker.getByLabel('Add an experiment').fill('by-');
  await picker.getByRole('button', { name: /by-random/ }).click();
  await picker.getByRole('button', { name: /by-tpe/ }).click();
  await expect(page).toHaveURL(/experiments=default/);
  const table = page.getByRole('region', { name: 'Compared experiments' }).first();
  await expect(table.getByRole('rowheader')).toHaveText(['by-random', 'by-tpe']);
  for (const name of [/^Best so far/, /^Distribution/]) {
    await expect(page.getByRole('application', { name })).toHaveAccessibleName(/by-random, by-tpe/);
  }
  await page.reload();
  await expect(table.getByRole('rowheader')).toHaveText(['by-random', 'by-tpe']);
});

test('a line is read off', async ({ page }) => {
  await page.goto('/compare?experiments=default/by-random,default/by-tpe');
  const history = page.getByRole('application', { name: /^Best so far/ });
  await history.focus();
  await page.keyboard.press('ArrowRight');
  await expect(history.getByRole('status')).toContainText('by-random');
});

test('different objectives are told of, and an experiment is left out again', async ({ page }) => {
  await page.goto('/compare?experiments=default/by-random,default/other,default/gone');
  await expect(page.getByText('The objectives differ')).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('default/gone');
  await page.getByRole('button', { name: 'Leave it out', exact: true }).click();
  await expect(page.getByRole('alert')).toBeHidden();
  await page.getByRole('button', { name: 'Leave out other' }).click();
  await expect(page.getByText('The objectives differ')).toBeHidden();
});

test('all can use it, on every screen', async ({ page }) => {
  await page.goto('/compare?experiments=default/by-random,default/by-tpe');
  await expect(page.getByRole('application', { name: /^Best so far/ })).toBeVisible();
  await expectAccessible(page);
  await expectFitsScreens(page);
});
