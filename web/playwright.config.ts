import { defineConfig } from '@playwright/test';
import { spawnSync } from 'node:child_process';

// Chromium's sandbox needs another user than root, and namespaces, which some containers forbid.
// The tests load nothing but Qalam's own pages.
const sandbox = process.getuid?.() !== 0 && spawnSync('unshare', ['--user', 'true']).status === 0;

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  fullyParallel: false,
  workers: 1,
  retries: 0,
  // Two cores with other tests beside are slow.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  forbidOnly: true,
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    // A trace of every test takes longer than the tests: `TRACE=on npm run e2e -- -g NAME`.
    trace: process.env.TRACE === 'on' ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      chromiumSandbox: sandbox,
    },
  },
});
