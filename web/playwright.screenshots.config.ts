import { defineConfig } from '@playwright/test';
import tests from './playwright.config';

// `npm run screenshots`: makes the pictures of docs/ui.md.
export default defineConfig(tests, {
  testDir: 'screenshots',
  testMatch: '*.screenshot.ts',
  timeout: 600_000,
});
