import type { Page } from '@playwright/test';
import { resolve } from 'node:path';
import { WEB_FOLDER } from '../e2e/support/server';

const IMAGES = resolve(WEB_FOLDER, '../docs/images');

export const SIZE = { width: 1200, height: 750 };

// docs/images/ui-NAME.png, of what is in view.
export async function take(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: resolve(IMAGES, `ui-${name}.png`), animations: 'disabled' });
}
