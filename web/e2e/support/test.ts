import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { QalamServer } from './server';

interface Worker {
  server: QalamServer; // one for all tests of a file
}

interface Fixtures {
  // What the page complained of: errors, and what the content-security policy forbade. A test that
  // provokes some empties the list.
  complaints: string[];
}

// A lost server is what some tests make; the browser tells it in its own words.
const EXPECTED = /net::ERR_|status of (?:4|5)\d\d/;

export const test = base.extend<Fixtures, Worker>({
  server: [
    async ({}, use) => {
      const server = await QalamServer.start();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ server }, use) => use(server.pages),
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
      page.on('console', (message) => {
        if (message.type() === 'error' && !EXPECTED.test(message.text())) {
          complaints.push(message.text());
        }
      });
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

// No serious fault by axe, in either colour scheme.
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(
      ({ impact }) => impact === 'serious' || impact === 'critical',
    );
    const told = serious.map(({ id, nodes }) => {
      return `${colorScheme}: ${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join('\n  ')}`;
    });
    expect(told).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null });
}

// Nothing sticks out to the side on a telephone.
export async function expectFitsTelephone(page: Page): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 380, height: 760 });
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth))
    .toBeLessThanOrEqual(380);
  if (before) await page.setViewportSize(before);
}
