import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { create, waitForState } from './support/experiments';
import { expect, expectAccessible, expectFitsScreens, test } from './support/test';

const HOSTILE = '<img src=x onerror=alert(1)>';

test.describe.configure({ mode: 'serial' });

function chart(page: Page, id: string) {
  return page.locator(`canvas[data-chart="${id}"]`);
}

// Drags over the middle of a chart's plotting area.
async function brush(page: Page, id: string, from: [number, number], to: [number, number]) {
  const box = (await chart(page, id).boundingBox())!;
  await page.mouse.move(box.x + box.width * from[0], box.y + box.height * from[1]);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to[0], box.y + box.height * to[1], { steps: 8 });
  await page.mouse.up();
}

test('an experiment is watched while it runs', async ({ page, server }) => {
  // It ends when the test says so: no machine is too slow to see it run.
  await create(server, { name: 'live', trials: 5000, pause: 0.1, steps: 2 });
  await page.goto('/experiments/default/live');
  await expect(page.getByRole('heading', { name: 'live' })).toBeVisible();
  await expect(page.getByText('Running').first()).toBeVisible();
  const progress = page.getByRole('progressbar');
  const finished = async () => Number(await progress.getAttribute('aria-valuenow'));
  const before = await finished();
  await expect.poll(finished, { timeout: 60_000 }).toBeGreaterThan(before + 2);
  await expect(chart(page, 'history')).toHaveAccessibleName(/\d+ trials: the best accuracy is/);
  const best = page.getByRole('region', { name: 'Best trial' });
  await expect(best.getByRole('link', { name: /trial \d/ })).toBeVisible();
  await expect(best.getByText('kind')).toBeVisible();
  await server.api('/experiments/default/live/stop', 'POST');
  await expect(page.getByText('Stopped').first()).toBeVisible();
});

test('every chart is drawn, can be read as a table and be saved', async ({ page, server }) => {
  await create(server, { name: 'charts', trials: 30, parallel: 4, steps: 3 });
  await waitForState(server, 'charts', 'Succeeded');
  await page.goto('/experiments/default/charts');
  for (const name of [
    'Optimisation history',
    'Importance of parameters',
    'Parallel coordinates',
    'Slices',
    'Intermediate values',
    'Contour',
    'Ranks',
    'Distribution of the objective',
    'Timeline',
  ]) {
    const card = page.getByRole('region', { name, exact: true });
    await page.locator(`#chart-${CHART_IDS[name]}`).scrollIntoViewIfNeeded();
    await expect(card.getByRole('button', { name: 'Data' })).toBeVisible();
    await expect(card.getByRole('application')).toHaveAccessibleName(/./);
  }
  const history = page.getByRole('region', { name: 'Optimisation history', exact: true });
  await history.getByRole('button', { name: 'Data' }).click();
  await expect(history.getByRole('columnheader', { name: 'best so far' })).toBeVisible();
  await expect(history.getByRole('row')).not.toHaveCount(1);
  await history.getByRole('button', { name: 'Data' }).click();

  const svg = page.waitForEvent('download');
  await history.getByRole('button', { name: 'SVG' }).click();
  const picture = await readFile(await (await svg).path(), 'utf8');
  expect(picture).toContain('<svg');
  expect(picture.match(/<path/g)!.length).toBeGreaterThan(30);
  const png = page.waitForEvent('download');
  await history.getByRole('button', { name: 'PNG' }).click();
  expect((await png).suggestedFilename()).toBe('charts-history.png');
  const bytes = await readFile(await (await png).path());
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(bytes.length).toBeGreaterThan(5000);
});

const CHART_IDS: Record<string, string> = {
  'Optimisation history': 'history',
  'Importance of parameters': 'importance',
  'Parallel coordinates': 'parallel',
  Slices: 'slice',
  'Intermediate values': 'curves',
  Contour: 'contour',
  Ranks: 'rank',
  'Distribution of the objective': 'edf',
  Timeline: 'timeline',
};

test('what is brushed in one chart is selected in all, in the table and in the address', async ({
  page,
}) => {
  await page.goto('/experiments/default/charts');
  await brush(page, 'history', [0.2, 0.08], [0.6, 0.8]);
  const bar = page.getByRole('region', { name: 'Selected trials' });
  await expect(bar.getByText(/\d+ trials selected/)).toBeVisible();
  // The address is written once the selection rests.
  await expect(page).toHaveURL(/brush=history/);
  const count = Number(/(\d+) trials/.exec(await bar.innerText())![1]);
  expect(count).toBeGreaterThan(1);
  expect(count).toBeLessThan(30);
  await page.getByText(`Selected: ${count} of 30 trials`).scrollIntoViewIfNeeded();
  const grid = page.getByRole('grid', { name: 'Selected trials' });
  await expect(grid).toHaveAttribute('aria-rowcount', String(count + 1));

  // The link restores the selection.
  await page.reload();
  await expect(bar.getByText(`${count} trials selected`)).toBeVisible();
  // And takes it along to the table.
  await page.getByRole('link', { name: 'Trials' }).click();
  await page.getByLabel('only selected').check();
  await expect(page.getByText(`${count} of 30 trials`)).toBeVisible();
  await bar.getByRole('button', { name: 'Clear' }).click();
  await expect(bar).toBeHidden();
  await expect(page.getByText('No trial matches.')).toBeVisible();
  await page.getByRole('button', { name: 'Show all trials' }).click();
  await expect(page.getByText('30 trials', { exact: true })).toBeVisible();
});

test('charts can be walked through by keyboard', async ({ page }) => {
  await page.goto('/experiments/default/charts');
  await chart(page, 'history').focus();
  await page.keyboard.press('Home');
  await expect(page.getByRole('status').filter({ hasText: 'Trial 0 ·' })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('status').filter({ hasText: 'Trial 1 ·' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Trial 1 selected')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByText('Trial 1 selected')).toBeHidden();
});

test('what a chart is set to is in the address', async ({ page }) => {
  await page.goto('/experiments/default/charts');
  const history = page.getByRole('region', { name: 'Optimisation history', exact: true });
  await history.getByLabel('Horizontal axis').selectOption('by time');
  await history.getByLabel('log scale').check();
  await expect(page).toHaveURL(/history\.x=time/);
  await page.reload();
  await expect(history.getByLabel('Horizontal axis')).toHaveValue('time');
  await expect(history.getByLabel('log scale')).toBeChecked();
  await page.getByRole('button', { name: 'Timeline' }).click();
  await expect(page.getByRole('region', { name: 'Timeline', exact: true })).toBeInViewport();
});

test('pause, resume, stop and budget do what they say', async ({ page, server }) => {
  await create(server, { name: 'steered', trials: 200, parallel: 1, pause: 0.2 });
  await page.goto('/experiments/default/steered');
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('Paused').first()).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();

  await page.getByRole('button', { name: 'Edit budget' }).click();
  await page.getByLabel('Trials in all').fill('none');
  await expect(page.getByText('a whole number, at least 1')).toBeVisible();
  await page.getByLabel('Trials in all').fill('300');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('/300')).toBeVisible();

  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Stop it' }).click();
  await expect(page.getByText('Stopped').first()).toBeVisible();
});

test('two people who edit a budget do not overwrite each other', async ({ page, server }) => {
  await page.goto('/experiments/default/steered');
  await page.getByRole('button', { name: 'Edit budget' }).click();
  await page.getByLabel('Trials at once').fill('3');
  const { version } = await server.api<{ version: number }>('/experiments/default/steered');
  const answer = await fetch(`${server.url}/api/v1/experiments/default/steered/budget`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json', 'If-Match': `"${version}"` },
    body: JSON.stringify({ maxTrialCount: 400 }),
  });
  expect(answer.status).toBe(200);
  await page.getByRole('button', { name: 'Save' }).click();
  const problem = page.getByRole('alert');
  await expect(problem).toContainText('trials in all are now 400, not 300');
  // What was typed is still there, and can be applied on top.
  await expect(page.getByLabel('Trials at once')).toHaveValue('3');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  const now = await server.api<{ parallelTrialCount: number; maxTrialCount: number }>(
    '/experiments/default/steered',
  );
  expect(now).toMatchObject({ parallelTrialCount: 3, maxTrialCount: 400 });
});

test('a trial is added by hand', async ({ page, server }) => {
  await create(server, { name: 'by-hand', trials: 1000, pause: 0.2, parallel: 1 });
  await server.api('/experiments/default/by-hand/pause', 'POST');
  await page.goto('/experiments/default/by-hand');
  await page.getByRole('button', { name: 'Add trial' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('x', { exact: true }).fill('7');
  await dialog.getByRole('button', { name: 'Add trial' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByLabel('x', { exact: true }).fill('0.7');
  await dialog.getByLabel('y', { exact: true }).fill('0.2');
  await dialog.getByLabel('kind').selectOption('a');
  await dialog.getByRole('button', { name: 'Add trial' }).click();
  await expect(page.getByText(/^Trial \d+ has been added\.$/)).toBeVisible();

  // What has ended takes none.
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Stop it' }).click();
  await expect(page.getByText('Stopped').first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Add trial' })).toBeHidden();
});

test('an experiment is cloned, downloaded and deleted', async ({ page }) => {
  await page.goto('/experiments/default/by-hand');
  await page.getByRole('link', { name: 'Clone' }).click();
  await expect(page).toHaveURL(/\/new\?from=default/);
  await page.goto('/experiments/default/charts');
  await page.getByRole('button', { name: 'Download' }).click();
  for (const [link, beginning] of [
    ['Trials as CSV', /number|trial/],
    ['Trials as JSON', /^[[{]/],
    ['Document as YAML', /apiVersion/],
  ] as const) {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: link }).click();
    expect(await readFile(await (await download).path(), 'utf8')).toMatch(beginning);
  }
  await page.goto('/experiments/default/by-hand');
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await expect(page).toHaveURL(/\/experiments$/);
  await page.goto('/experiments/default/by-hand');
  await expect(page.getByRole('alert')).toContainText('by-hand');
});

test('the trials are filtered by the server, sorted, and their columns chosen', async ({
  page,
}) => {
  await page.goto('/experiments/default/charts/trials');
  const grid = page.getByRole('grid', { name: 'Trials' });
  await page.getByLabel('Filter').fill('x < 0.5 and state == "Succeeded"');
  await expect(page.getByText(/^\d+ of 30 trials$/)).toBeVisible();
  await page.getByLabel('Filter').fill('x <');
  await expect(page.getByText(/column/)).toBeVisible();
  await page.getByLabel('Filter').fill('');
  await expect(page.getByText('30 trials', { exact: true })).toBeVisible();

  await grid.getByRole('button', { name: 'accuracy' }).click();
  await grid.getByRole('button', { name: 'accuracy' }).click();
  await expect(grid.getByRole('columnheader', { name: 'accuracy' })).toHaveAttribute(
    'aria-sort',
    'descending',
  );
  const values = await grid
    .locator('[data-index]')
    .evaluateAll((rows) => rows.map((row) => Number(row.children[4]!.textContent)));
  expect(values).toEqual([...values].sort((a, b) => b - a));

  await page.getByRole('button', { name: 'Columns' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('kind').uncheck();
  await dialog.getByLabel('Waited').check();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(grid.getByRole('columnheader', { name: 'kind' })).toBeHidden();
  await expect(grid.getByRole('columnheader', { name: 'Waited' })).toBeVisible();
  await page.reload();
  await expect(grid.getByRole('columnheader', { name: 'Waited' })).toBeVisible();
  await expect(grid.getByRole('columnheader', { name: 'kind' })).toBeHidden();
});

test('trials are compared side by side', async ({ page }) => {
  await page.goto('/experiments/default/charts/trials');
  for (const number of [3, 4]) {
    const box = page.getByRole('checkbox', { name: `Select trial ${number}`, exact: true });
    await box.click();
    await expect(box).toBeChecked(); // the table shows selections up to ten times a second
  }
  await page.getByRole('button', { name: 'Compare' }).click();
  const dialog = page.getByRole('dialog', { name: '2 trials side by side' });
  await expect(dialog.getByRole('rowheader', { name: 'accuracy' })).toBeVisible();
  await expect(dialog.getByRole('rowheader', { name: 'State' })).toBeVisible();
  await dialog.getByLabel('Show only what differs').check();
  await expect(dialog.getByRole('rowheader', { name: 'State' })).toBeHidden();
});

test('events and the document can be read', async ({ page }) => {
  await page.goto('/experiments/default/charts');
  await page.getByRole('link', { name: 'Events' }).click();
  await expect(page.getByRole('listitem').first()).toBeVisible();
  await page.getByRole('link', { name: 'Document' }).click();
  await expect(page.getByText('charts').first()).toBeVisible();
});

test('names of metrics and values of parameters are shown as text', async ({ page, server }) => {
  await create(server, { name: 'hostile', trials: 4, metric: HOSTILE, kinds: [HOSTILE, 'b'] });
  await waitForState(server, 'hostile', 'Succeeded');
  for (const tab of ['', '/trials', '/document']) {
    await page.goto(`/experiments/default/hostile${tab}`);
    await expect(page.getByText(HOSTILE).first()).toBeVisible();
    await expect(page.locator('img[src=x]')).toHaveCount(0);
  }
  // What a chart tells of a trial, too.
  await page.goto('/experiments/default/hostile');
  await chart(page, 'history').focus();
  await page.keyboard.press('Home');
  await expect(page.getByRole('status').filter({ hasText: HOSTILE })).toBeVisible();
  await expect(page.locator('img[src=x]')).toHaveCount(0);
});

test('an experiment that is not there says so', async ({ page }) => {
  await page.goto('/experiments/default/nowhere');
  await expect(page.getByRole('alert')).toContainText('nowhere');
  await page.getByRole('link', { name: 'All experiments' }).click();
  await expect(page).toHaveURL(/\/experiments$/);
});

test('all can use it, on every screen', async ({ page }) => {
  for (const tab of ['', '/trials', '/events', '/document']) {
    await page.goto(`/experiments/default/charts${tab}`);
    await expect(page.getByRole('heading', { name: 'charts' })).toBeVisible();
    await expectAccessible(page);
    await expectFitsScreens(page);
  }
});
