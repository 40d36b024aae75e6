// A chromium of its own, and what it tells of how fast a page is.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const WAIT_MS = 120_000;
// A page counts as interactive once nothing has held its main thread for so long.
const QUIET_MS = 500;

export async function withBrowser(use) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

// A page with nothing in its caches, that counts what comes over the wire.
export async function freshPage(browser) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const wire = { bytes: 0, scriptBytes: 0 };
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const types = new Map();
  devtools.on('Network.responseReceived', ({ requestId, type }) => types.set(requestId, type));
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    wire.bytes += encodedDataLength;
    if (types.get(requestId) === 'Script') wire.scriptBytes += encodedDataLength;
  });
  await page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        window.longTasks.push([startTime, startTime + duration]);
      }
    }).observe({ type: 'longtask', buffered: true });
  });
  // What the page's main thread has taken of a processor so far, seconds: whatever else the machine
  // does, this changes little.
  const mainThreadSeconds = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  return { page, wire, mainThreadSeconds, close: () => context.close() };
}

// Opens an address and returns after how many milliseconds the page was interactive: what
// `selector` names had been drawn, and no task of more than 50 ms followed within half a second.
export async function timeToInteractive(page, url, selector) {
  await page.goto(url, { waitUntil: 'commit', timeout: WAIT_MS });
  return page.evaluate(
    async ({ selector, quiet, patience }) => {
      const frame = () => new Promise((drawn) => requestAnimationFrame(() => drawn()));
      while (!document.querySelector(selector)) {
        if (performance.now() > patience) throw new Error(`no ${selector}`);
        await frame();
      }
      await frame();
      let ready = performance.now();
      for (;;) {
        const later = window.longTasks.filter(([, end]) => end > ready);
        if (later.length > 0) ready = Math.max(...later.map(([, end]) => end));
        else if (performance.now() - ready > quiet) return ready;
        await new Promise((rested) => setTimeout(rested, 50));
      }
    },
    { selector, quiet: QUIET_MS, patience: WAIT_MS },
  );
}

// Frames a second while `act` runs.
export async function framesPerSecond(page, act) {
  await page.evaluate(() => {
    window.frames_ = [];
    const count = (time) => {
      window.frames_.push(time);
      window.counting = requestAnimationFrame(count);
    };
    window.counting = requestAnimationFrame(count);
  });
  await act();
  const times = await page.evaluate(() => {
    cancelAnimationFrame(window.counting);
    return window.frames_;
  });
  return ((times.length - 1) * 1000) / (times.at(-1) - times[0]);
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
