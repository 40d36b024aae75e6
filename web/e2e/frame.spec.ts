import { expect, expectAccessible, expectFitsScreens, test } from './support/test';

function background(element: HTMLElement): string {
  return getComputedStyle(element).backgroundColor;
}

test('the colours follow the system until they are chosen', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('/experiments');
  const html = page.locator('html');
  const dark = await html.evaluate(background);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(() => html.evaluate(background)).not.toBe(dark);
  const light = await html.evaluate(background);

  await page.getByRole('button', { name: 'Colours: as the system' }).click();
  await page.getByRole('button', { name: 'Colours: light' }).click();
  await expect(page.getByRole('button', { name: 'Colours: dark' })).toBeVisible();
  await expect.poll(() => html.evaluate(background)).toBe(dark);
  await page.reload();
  await expect.poll(() => html.evaluate(background)).toBe(dark);
  await page.getByRole('button', { name: 'Colours: dark' }).click();
  await expect.poll(() => html.evaluate(background)).toBe(light);
});

test('every page is reached from every other, and by its address', async ({ page }) => {
  await page.goto('/system');
  const pages = page.getByRole('navigation', { name: 'Pages' });
  for (const name of ['Algorithms', 'New experiment', 'Experiments', 'System']) {
    await pages.getByRole('link', { name, exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    await expect(pages.getByRole('link', { name, exact: true })).toHaveAttribute(
      'aria-current',
      'page',
    );
  }
  await page.goto('/no/such/page');
  await expect(page.getByText('There is nothing at this address.')).toBeVisible();
  await expectAccessible(page);
});

test('the keyboard skips the navigation', async ({ page }) => {
  await page.goto('/system');
  await expect(page.getByRole('heading', { name: 'System' })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('a telephone has the pages in a menu', async ({ page }) => {
  await page.setViewportSize({ width: 380, height: 760 });
  await page.goto('/experiments');
  await expect(page.getByRole('link', { name: 'System' })).toBeHidden();
  await page.getByRole('button', { name: 'Menu' }).click();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'System' }).click();
  await expect(page.getByRole('heading', { name: 'System' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Algorithms' })).toBeHidden();
  await expectFitsScreens(page);
});

test('no request leaves for another place, and the first load is small', async ({ page }) => {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto('/experiments');
  await expect(page.getByRole('heading', { name: 'Experiments' })).toBeVisible();
  const origin = new URL(page.url()).origin;
  expect(requests.filter((url) => !url.startsWith(origin))).toEqual([]);
  const scripts = requests.filter((url) => url.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(0);
  const gzip = await page.evaluate(async (urls) => {
    let total = 0;
    for (const url of urls) {
      const body = (await fetch(url)).body?.pipeThrough(new CompressionStream('gzip'));
      total += (await new Response(body).arrayBuffer()).byteLength;
    }
    return total;
  }, scripts);
  expect(gzip).toBeLessThan(600 * 1024);
});
