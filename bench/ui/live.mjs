// How fast what happens comes to the screen, and what watching costs the server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freshPage, median, timeToInteractive } from './browser.mjs';
import { cpuSeconds, startWaitingTrials, stopExperiment } from './server.mjs';

const PAGES = 100;
const POINTS_PER_SECOND = 1000;
const TRIALS = 10;

// Reports points and gives what was acknowledged when.
async function report(bin, server, rate, seconds, batch, trials) {
  const child = spawn(
    join(bin, 'bench_ui_report'),
    [server.grpc, rate, seconds, batch, ...trials].map(String),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const acknowledged = [];
  createInterface(child.stdout).on('line', (line) => acknowledged.push(JSON.parse(line)));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error('bench_ui_report failed');
  return acknowledged;
}

// From a point's acknowledgement to the frame that shows it, milliseconds: the median and the 95th
// percentile of one point every 400 ms, so that each comes after a quiet time, as most do.
export async function latencyOfPoints(browser, server, bin, seconds) {
  const [trial] = await startWaitingTrials(server, 'latency', 1);
  const { page, close } = await freshPage(browser);
  const url = `${server.url}/trials/default/${trial}`;
  await report(bin, server, 10, 0.3, 1, [trial]);
  await timeToInteractive(page, url, '[aria-label^="probe. probe,"]');
  await page.evaluate(() => {
    window.shown = [];
    // The label counts the points that are drawn.
    const watched = document.querySelector('[aria-label^="probe. probe,"]');
    new MutationObserver(() => {
      const label = watched.getAttribute('aria-label');
      requestAnimationFrame(() => {
        const count = Number(/([\d,]+) points/.exec(label)[1].replaceAll(',', ''));
        window.shown.push({ count, time: performance.timeOrigin + performance.now() });
      });
    }).observe(watched, { attributes: true, attributeFilter: ['aria-label'] });
  });
  const before = await page.evaluate(() => {
    const label = document
      .querySelector('[aria-label^="probe. probe,"]')
      .getAttribute('aria-label');
    return Number(/([\d,]+) points/.exec(label)[1].replaceAll(',', ''));
  });
  const acknowledged = await report(bin, server, 2.5, seconds, 1, [trial]);
  await page.waitForTimeout(1000);
  const shown = await page.evaluate(() => window.shown);
  await close();
  await stopExperiment(server, 'latency');
  const latencies = acknowledged.map(({ acknowledged: time }, index) => {
    const seen = shown.find(({ count }) => count >= before + index + 1);
    return seen ? Math.max(0, seen.time - time) : Infinity;
  });
  const sorted = [...latencies].sort((a, b) => a - b);
  return { median: median(latencies), p95: sorted[Math.floor(sorted.length * 0.95)] };
}

// How many cores the server takes while 100 pages watch trials that report 1,000 points a second.
// The pages are their event streams: that is all that an open page asks of the server.
export async function coresOfWatching(server, bin, seconds) {
  const trials = await startWaitingTrials(server, 'watched', TRIALS);
  const streams = [];
  let events = 0;
  for (let i = 0; i < PAGES; i++) {
    const trial = trials[i % trials.length];
    const topics = `experiment/default/watched,trial/default/${trial}`;
    streams.push(await openStream(server, topics, () => (events += 1)));
  }
  const begin = cpuSeconds(server.pid);
  const started = performance.now();
  await report(bin, server, POINTS_PER_SECOND, seconds, 10, trials);
  const cores = (cpuSeconds(server.pid) - begin) / ((performance.now() - started) / 1000);
  for (const stream of streams) stream.destroy();
  await stopExperiment(server, 'watched');
  return { cores, eventsPerSecond: events / seconds };
}

function openStream(server, topics, onEvent) {
  return new Promise((resolve, reject) => {
    const address = `${server.url}/api/v1/events?topics=${encodeURIComponent(topics)}`;
    const request = http.get(address, { agent: false }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`events: ${answer.statusCode}`));
      answer.setEncoding('utf8');
      answer.on('data', (text) => {
        for (let at = text.indexOf('event: '); at >= 0; at = text.indexOf('event: ', at + 1)) {
          onEvent();
        }
      });
      resolve(request);
    });
    request.on('error', reject);
  });
}
