import { QalamServer } from './support/server';
import { expect, expectAccessible, expectFitsScreens, test } from './support/test';

const TOKEN = 'a-token-that-only-this-test-knows';

test('a server with a token lets in who knows it', async ({ page }) => {
  const server = await QalamServer.start(TOKEN);
  try {
    await page.goto(`${server.pages}/system`);
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await expectAccessible(page);
    await expectFitsScreens(page);
    await page.getByLabel('Token').fill('another');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText('That is not this server’s token.')).toBeVisible();

    await page.getByLabel('Token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'System' })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Server' }).getByText('live')).toBeVisible();
    await page.reload();
    await expect(page.getByRole('region', { name: 'Server' }).getByText('live')).toBeVisible();

    // A session ends with the server.
    await server.kill();
    await server.startAgain();
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible({ timeout: 30_000 });
    await page.getByLabel('Token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'System' })).toBeVisible();

    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  } finally {
    await server.stop();
  }
});
