import { create, waitForState } from './support/experiments';
import { QalamServer } from './support/server';
import { expect, expectAccessible, expectFitsScreens, test } from './support/test';

const HOSTILE = '<img src=x onerror=alert(1)>';

test.describe.configure({ mode: 'serial' });

test('without experiments, the page says how to make one', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/experiments$/);
  await expect(page).toHaveTitle('Experiments · Qalam');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Make the first one' }).click();
  await expect(page).toHaveURL(/\/new$/);
});

test('an experiment comes into the list and runs to its end before one’s eyes', async ({
  page,
  server,
}) => {
  await page.goto('/experiments');
  await expect(page.getByText('There is no experiment yet.')).toBeVisible();
  await create(server, { name: 'watched', trials: 4, steps: 4, pause: 0.5 });
  const row = page.getByRole('row', { name: /watched/ });
  await expect(row).toBeVisible();
  await expect(row.getByText('Running')).toBeVisible();
  await expect(row.getByText('Succeeded')).toBeVisible({ timeout: 30_000 });
  await expect(row.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '4');
  await expect(row.getByRole('img', { name: 'Best of watched' })).toBeVisible();
  await expect(page.getByText('1 in all')).toBeVisible();
});

test('searching, filtering and sorting are in the address, and come back with it', async ({
  page,
  server,
}) => {
  await create(server, { name: 'alpha', trials: 1, algorithm: 'tpe' });
  await create(server, { name: 'beta', trials: 1 });
  await create(server, { name: 'broken', trials: 2, parallel: 1, fail: true });
  await waitForState(server, 'alpha', 'Succeeded');
  await waitForState(server, 'beta', 'Succeeded');
  await page.goto('/experiments');
  const names = page.getByRole('row').getByRole('link', { name: /alpha|beta|broken|watched/ });
  await expect(names).toHaveCount(4);

  await page.getByRole('button', { name: 'Name' }).click();
  await expect(names).toHaveText(['alpha', 'beta', 'broken', 'watched']);
  await page.getByRole('button', { name: 'Name' }).click();
  await expect(names).toHaveText(['watched', 'broken', 'beta', 'alpha']);

  await page.getByLabel('Search by name').fill('b');
  await expect(names).toHaveText(['broken', 'beta']);
  await expect(page).toHaveURL(/search=b/);
  await page.getByLabel('Search by name').fill('');
  await page.getByLabel('Algorithm', { exact: true }).selectOption('tpe');
  await expect(names).toHaveText(['alpha']);

  await page.reload();
  await expect(names).toHaveText(['alpha']);
  await page.goBack();
  await expect(names).toHaveCount(4);
  await page.getByRole('button', { name: 'Stopped' }).click();
  await expect(page.getByText('No experiment is like that.')).toBeVisible();
  await page.getByRole('link', { name: 'Show all' }).click();
  await expect(names).toHaveCount(4);
});

test('several are selected, and stopped, resumed and deleted after a question', async ({
  page,
  server,
}) => {
  for (const name of ['long-one', 'long-two']) {
    await create(server, { name, trials: 1000, pause: 0.3, parallel: 1 });
  }
  await page.goto('/experiments?search=long');
  await page.getByRole('checkbox', { name: 'Select all' }).check();
  const bar = page.getByRole('toolbar', { name: 'Selected experiments' });
  await expect(bar.getByText('2 selected')).toBeVisible();
  await bar.getByRole('button', { name: 'Stop' }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop 2 experiments?' });
  await expect(dialog.getByText('long-two')).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await bar.getByRole('button', { name: 'Stop' }).click();
  await dialog.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('Stopped 2 experiments.')).toBeVisible();
  const row = page.getByRole('row', { name: /long-one/ });
  await expect(row.getByText('Stopped')).toBeVisible();

  await page.getByRole('checkbox', { name: 'Select long-one' }).check();
  await bar.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
  await expect(row.getByText('Running')).toBeVisible();

  await page.getByRole('checkbox', { name: 'Select all' }).check();
  await bar.getByRole('button', { name: 'Delete' }).click();
  await page
    .getByRole('dialog', { name: 'Delete 2 experiments?' })
    .getByRole('button', { name: 'Delete' })
    .click();
  await expect(page.getByText('No experiment is like that.')).toBeVisible();
  const left = await server.api<{ total: number }>('/experiments?search=long');
  expect(left.total).toBe(0);
});

test('the keyboard goes through the rows and opens one', async ({ page }) => {
  await page.goto('/experiments?sort=name');
  await page.getByRole('row', { name: /alpha/ }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('row', { name: /beta/ })).toBeFocused();
  await page.keyboard.press(' ');
  await expect(page.getByRole('checkbox', { name: 'Select beta' })).toBeChecked();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/experiments\/default\/beta/);
  await page.goBack();
  await expect(page.getByRole('row', { name: /beta/ })).toBeVisible();
});

test('HTML in a metric’s name is text', async ({ page, server }) => {
  await create(server, { name: 'hostile', trials: 1, metric: HOSTILE });
  await waitForState(server, 'hostile', 'Succeeded').catch(() => undefined);
  await page.goto('/experiments?search=hostile');
  await expect(page.getByRole('row', { name: /hostile/ })).toBeVisible();
  await expect(page.locator('img[src=x]')).toHaveCount(0);
});

test('the page fits every screen and has no serious fault', async ({ page }) => {
  await page.goto('/experiments');
  await expect(page.getByRole('row', { name: /alpha/ })).toBeVisible();
  await expectAccessible(page);
  await expectFitsScreens(page);
  await page.setViewportSize({ width: 380, height: 760 });
  await expectAccessible(page);
});

test('a lost connection is shown, and mends itself', async ({ page }) => {
  const server = await QalamServer.start();
  try {
    await create(server, { name: 'before', trials: 1 });
    await page.goto(`${server.pages}/experiments`);
    await expect(page.getByRole('row', { name: /before/ })).toBeVisible();
    await server.kill();
    await expect(page.getByText('No connection to the server')).toBeVisible();
    await server.startAgain();
    await create(server, { name: 'after', trials: 1 });
    await expect(page.getByText('No connection to the server')).toBeHidden({ timeout: 30_000 });
    await expect(page.getByRole('row', { name: /after/ })).toBeVisible();
  } finally {
    await server.stop();
  }
});
