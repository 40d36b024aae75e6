#!/usr/bin/env node
// Measures the web UI in chromium against real servers, prints a table with the aims beside and
// writes bench/results/ui.json and docs/benchmarks/ui.md. Usage:
// node bench/ui/run.mjs BIN_FOLDER [--quick] [--note=TEXT], a text to keep with the results
import { cpus, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { withBrowser } from './browser.mjs';
import { coresOfWatching, latencyOfPoints } from './live.mjs';
import * as pages from './pages.mjs';
import { writeReport } from './report.mjs';
import { withServer } from './server.mjs';

const [binFolder, ...flags] = process.argv.slice(2);
if (!binFolder) {
  console.error('usage: node bench/ui/run.mjs BIN_FOLDER [--quick] [--note=TEXT]');
  process.exit(2);
}
const bin = resolve(binFolder);
const quick = flags.includes('--quick');
const note = flags.find((flag) => flag.startsWith('--note='))?.slice('--note='.length) ?? '';
const tries = quick ? 1 : 3;
const seconds = quick ? 5 : 20;

const MEGABYTE = 1e6;
const rows = [];

// `aim` is the most that there may be, or with `least` the least.
function row(what, value, unit, aim, { least = false, peer = '' } = {}) {
  const met = least ? value >= aim : value <= aim;
  // Of the last minute: what else the machine did meanwhile.
  const load = Number(loadavg()[0].toFixed(1));
  rows.push({ what, value, unit, aim, least, met, peer, load });
  const sign = least ? '≥' : '≤';
  console.log(
    `${what.padEnd(58)} ${format(value).padStart(9)} ${unit.padEnd(9)} ` +
      `${sign} ${format(aim).padEnd(7)} ${met ? 'met' : 'MISSED'}  load ${load}  ${peer}`,
  );
}

function format(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function mainThread(opened) {
  return `main thread: ${format(opened.mainThread)} s of a processor`;
}

await withBrowser(async (browser) => {
  await withServer(bin, 'experiments', 1000, async (server) => {
    const opened = await pages.openingExperiments(browser, server, tries);
    row('1,000 experiments: interactive', opened.interactive / 1000, 's', 1, {
      peer: mainThread(opened),
    });
    row('1,000 experiments: over the wire', opened.bytes / MEGABYTE, 'MB', 1.5);
    row('first load: script', opened.scriptBytes / 1000, 'KB gzip', 600);
  });
  await withServer(bin, 'trials', 10_000, async (server) => {
    const opened = await pages.openingExperiment(browser, server, 'trials-10000', tries);
    const peer = 'Optuna Dashboard, published:';
    row('10,000 trials: interactive', opened.interactive / 1000, 's', 1, {
      peer: `${mainThread(opened)}; ${peer} 7 s`,
    });
    row('10,000 trials: over the wire', opened.bytes / MEGABYTE, 'MB', 1.5, {
      peer: `${peer} 28.5 MB`,
    });
    row('experiment page: script', opened.scriptBytes / 1000, 'KB gzip', 600);
  });
  await withServer(bin, 'trials', 100_000, async (server) => {
    const name = 'trials-100000';
    const opened = await pages.openingExperiment(browser, server, name, tries);
    row('100,000 trials: interactive', opened.interactive / 1000, 's', 2, {
      peer: mainThread(opened),
    });
    const brushed = await pages.brushing(browser, server, name);
    row('100,000 trials: brushing', brushed, 'frames/s', 50, { least: true });
    const scrolled = await pages.scrolling(browser, server, name);
    row('100,000 trials: scrolling', scrolled, 'frames/s', 50, { least: true });
  });
  await withServer(bin, 'points', 1_000_000, async (server) => {
    const { milliseconds, keepsSpike } = await pages.firstPaintOfMetric(browser, server, tries);
    row('a metric of 1,000,000 points: from click to paint', milliseconds, 'ms', 300);
    row('a metric of 1,000,000 points: its spike is kept', keepsSpike ? 1 : 0, '', 1, {
      least: true,
    });
  });
  await withServer(bin, undefined, 0, async (server) => {
    const { median, p95 } = await latencyOfPoints(browser, server, bin, seconds);
    row('a new point: acknowledged to screen, median', median, 'ms', 200);
    row('a new point: acknowledged to screen, 95 %', p95, 'ms', 200);
  });
});
await withServer(bin, undefined, 0, async (server) => {
  const { cores, eventsPerSecond } = await coresOfWatching(server, bin, seconds);
  const peer = `${format(eventsPerSecond)} events/s sent`;
  row('100 pages, 1,000 points/s: the server', cores, 'cores', 1, { peer });
});

const { model } = cpus()[0];
const date = new Date().toISOString().slice(0, 10);
const report = { date, cores: cpus().length, model, quick, note, rows };
console.log(`\nwritten: ${writeReport(report, format)}`);
