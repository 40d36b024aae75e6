// How fast the pages open and move.
import { framesPerSecond, freshPage, median, timeToInteractive } from './browser.mjs';

const HISTORY = 'canvas[data-chart="history"]';
const DRAG_STEPS = 150;
const WHEEL_STEPS = 120;

// Opens a page `tries` times with cold caches.
export async function opening(browser, url, selector, tries) {
  const results = [];
  for (let i = 0; i < tries; i++) {
    const { page, wire, mainThreadSeconds, close } = await freshPage(browser);
    const interactive = await timeToInteractive(page, url, selector);
    results.push({ interactive, mainThread: await mainThreadSeconds(), ...wire });
    await close();
  }
  return {
    interactive: median(results.map((result) => result.interactive)),
    mainThread: median(results.map((result) => result.mainThread)),
    bytes: median(results.map((result) => result.bytes)),
    scriptBytes: median(results.map((result) => result.scriptBytes)),
  };
}

export function openingExperiments(browser, server, tries) {
  return opening(browser, `${server.url}/experiments`, '[data-row="5"]', tries);
}

export function openingExperiment(browser, server, name, tries) {
  return opening(browser, `${server.url}/experiments/default/${name}`, HISTORY, tries);
}

export async function brushing(browser, server, name) {
  const { page, close } = await freshPage(browser);
  await timeToInteractive(page, `${server.url}/experiments/default/${name}`, HISTORY);
  const box = await page.locator(HISTORY).boundingBox();
  const at = (share) => [
    box.x + box.width * (0.2 + 0.7 * share),
    box.y + box.height * (0.05 + 0.75 * share),
  ];
  await page.mouse.move(...at(0));
  await page.mouse.down();
  const frames = await framesPerSecond(page, async () => {
    for (let i = 0; i <= DRAG_STEPS; i++) await page.mouse.move(...at(i / DRAG_STEPS));
  });
  await page.mouse.up();
  await close();
  return frames;
}

export async function scrolling(browser, server, name) {
  const { page, close } = await freshPage(browser);
  const grid = '[data-testid="trials-grid"]';
  await timeToInteractive(page, `${server.url}/experiments/default/${name}/trials`, `${grid} a`);
  const box = await page.locator(grid).boundingBox();
  await page.mouse.move(box.x + 300, box.y + 200);
  const frames = await framesPerSecond(page, async () => {
    for (let i = 0; i < WHEEL_STEPS; i++) await page.mouse.wheel(0, 300 + 20 * i);
  });
  await close();
  return frames;
}

// From the click that opens a trial to its curve on the screen: once the code of the page is there,
// as it is after the first trial that somebody looks at.
export async function firstPaintOfMetric(browser, server, tries) {
  const { page, close } = await freshPage(browser);
  const experiment = `${server.url}/experiments/default/points/trials`;
  const results = [];
  for (let i = 0; i <= tries; i++) {
    await timeToInteractive(page, experiment, '[data-testid="trials-grid"] a');
    const took = await page.evaluate(async () => {
      const begin = performance.now();
      document.querySelector('[data-testid="trials-grid"] a').click();
      const curve = '[aria-label^="loss. loss,"]';
      while (!document.querySelector(curve)) {
        await new Promise((drawn) => requestAnimationFrame(drawn));
      }
      await new Promise((drawn) => requestAnimationFrame(drawn));
      return performance.now() - begin;
    });
    // The first time loads the code.
    if (i > 0) results.push(took);
  }
  const note = await page.locator('[aria-label^="loss. loss,"]').getAttribute('aria-label');
  const peak = await page.evaluate(async () => {
    const trial = location.pathname.split('/').at(-1);
    const answer = await fetch(`/api/v1/trials/default/${trial}/metrics?points=1000`);
    return Math.max(...(await answer.json()).series[0].values);
  });
  await close();
  return { milliseconds: median(results), note, keepsSpike: peak === 25 };
}
