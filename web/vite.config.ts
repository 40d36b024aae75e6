import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// `npm run dev` serves the sources and passes the API on to a server that runs elsewhere.
const server = process.env.QALAM_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  server: { host: '127.0.0.1', proxy: { '/api': { target: server } } },
  preview: { host: '127.0.0.1', proxy: { '/api': { target: server } } },
  build: {
    target: 'es2022',
    // The content-security policy forbids data: scripts and fonts; everything is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test_setup.ts'],
    restoreMocks: true,
    testTimeout: 30_000, // two cores with other tests beside are slow
  },
});
