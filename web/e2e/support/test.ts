import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { QalamServer } from './server';

interface Worker {
  servers: ServerOfFile;
}

interface Fixtures {
  server: QalamServer; // one for all tests of a file
  // What the page complained of: errors, and what the content-security policy forbade. A test that
  // provokes some empties the list.
  complaints: string[];
}

// Playwright's worker, and its browser with it, goes on from file to file; a server does not, so that
// no test meets what another file left.
class ServerOfFile {
  private file = '';
  private server: QalamServer | undefined;

  async of(file: string): Promise<QalamServer> {
    if (this.server && this.file === file) return this.server;
    await this.stop();
    this.file = file;
    return (this.server = await QalamServer.start());
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    await server?.stop();
  }
}

// A lost server is what some tests make; the browser tells it in its own words.
const EXPECTED = /net::ERR_|status of (?:4|5)\d\d/;

export const test = base.extend<Fixtures, Worker>({
  servers: [
    async ({}, use) => {
      const servers = new ServerOfFile();
      await use(servers);
      await servers.stop();
    },
    { scope: 'worker' },
  ],
  server: async ({ servers }, use, { file }) => use(await servers.of(file)),
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
    // No page has frames, for which alone axe opens a second page each time.
    const axe = new AxeBuilder({ page }).setLegacyMode(true);
    // All but the colours is the same in the dark.
    if (colorScheme === 'dark') axe.withRules('color-contrast');
    const { violations } = await axe.analyze();
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

// From a telephone to the largest screens.
const SCREENS = [
  { width: 380, height: 760 },
  { width: 3840, height: 2160 },
];

// Nothing sticks out to the side, however narrow or wide the screen.
export async function expectFitsScreens(page: Page): Promise<void> {
  const before = page.viewportSize();
  for (const screen of SCREENS) {
    await page.setViewportSize(screen);
    await expect
      .poll(() => page.evaluate(() => document.documentElement.scrollWidth))
      .toBeLessThanOrEqual(screen.width);
  }
  if (before) await page.setViewportSize(before);
}
