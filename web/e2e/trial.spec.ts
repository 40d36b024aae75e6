import { create, waitForState } from './support/experiments';
import { expect, expectAccessible, expectFitsScreens, test } from './support/test';

const HOSTILE = '<script>alert(1)</script>';

test.describe.configure({ mode: 'serial' });

interface TrialList {
  trials: { name: string }[];
}

test('a trial is watched while it runs', async ({ page, server }) => {
  // It ends when the test says so: no machine is too slow to see it run.
  await create(server, {
    name: 'slow',
    trials: 1,
    parallel: 1,
    steps: 5000,
    pause: 0.2,
    say: HOSTILE,
  });
  await expect
    .poll(async () => (await trialsOf(server, 'slow')).length, { timeout: 20_000 })
    .toBe(1);
  const [name] = await trialsOf(server, 'slow');
  await page.goto(`/trials/default/${name}`);
  await expect(page.getByText('Running').first()).toBeVisible();
  const log = page.getByRole('log');
  await expect(page.getByText(/^[\d,]+ lines$/)).toBeVisible();
  // New points and lines come without a reload.
  const curve = page.getByRole('application', { name: /^accuracy\. accuracy, \d+ points/ });
  const points = async () =>
    Number(/(\d+) points/.exec((await curve.getAttribute('aria-label'))!)![1]);
  const before = await points();
  await expect.poll(points, { timeout: 60_000 }).toBeGreaterThan(before + 3);
  const lines = async () =>
    Number((await page.getByText(/^[\d,]+ lines$/).innerText()).replace(/\D/g, ''));
  const written = await lines();
  await expect.poll(lines, { timeout: 60_000 }).toBeGreaterThan(written + 3);

  await server.api('/experiments/default/slow/stop', 'POST');
  await expect(page.getByText('Killed').first()).toBeVisible();
  const history = page.getByRole('region', { name: 'State history' });
  await expect(history.getByRole('listitem').last()).toContainText('Killed');
  await page.getByLabel('Find in the output').fill('script');
  await expect(log.getByText(HOSTILE)).toBeVisible();
});

test('its parameters, command and manifest are there', async ({ page, server }) => {
  const [name] = await trialsOf(server, 'slow');
  await page.goto(`/trials/default/${name}`);
  const parameters = page.getByRole('region', { name: 'Parameters' });
  await expect(parameters.getByRole('rowheader', { name: 'kind' })).toBeVisible();
  const command = page.getByRole('region', { name: 'Command' });
  await expect(command).toContainText('train.py');
  await command.getByText('Manifest').click();
  await expect(command.getByLabel("The trial's manifest")).toContainText('kind: Job');
});

test('curves are set as one likes, and the address remembers', async ({ page, server }) => {
  const [name] = await trialsOf(server, 'slow');
  await page.goto(`/trials/default/${name}`);
  await page.getByLabel('Horizontal axis').selectOption('by time');
  await page.getByLabel('log scale').check();
  await page.getByLabel('smoothing').fill('0.6');
  await expect(page).toHaveURL(/smoothing=0\.6/);
  await page.reload();
  await expect(page.getByLabel('Horizontal axis')).toHaveValue('time');
  await expect(page.getByLabel('log scale')).toBeChecked();
  await expect(page.getByLabel('smoothing')).toHaveValue('0.6');
  // A point is read off by keyboard.
  const curve = page.getByRole('application', { name: /^accuracy/ });
  await curve.focus();
  await page.keyboard.press('ArrowRight');
  await expect(curve.getByRole('status')).toContainText('step');
});

test('the output is searched', async ({ page, server }) => {
  const [name] = await trialsOf(server, 'slow');
  await page.goto(`/trials/default/${name}`);
  await page.getByLabel('Find in the output').fill('script');
  await expect(page.getByText('1 line', { exact: true })).toBeVisible();
  await page.getByLabel('Find in the output').fill('not there');
  await expect(page.getByText('No line holds these words.')).toBeVisible();
});

test('one goes from trial to trial', async ({ page, server }) => {
  await create(server, { name: 'three', trials: 3 });
  await waitForState(server, 'three', 'Succeeded');
  const [first] = await trialsOf(server, 'three');
  await page.goto(`/trials/default/${first}`);
  await expect(page.getByRole('button', { name: 'Previous trial' })).toBeDisabled();
  await page.getByRole('button', { name: 'Next trial' }).click();
  await expect(page.getByRole('heading', { name: 'Trial 1' })).toBeVisible();
  await page.getByRole('link', { name: 'three' }).click();
  await expect(page).toHaveURL(/\/experiments\/default\/three$/);
});

test('a failed trial says why', async ({ page, server }) => {
  await create(server, { name: 'failing', trials: 1, parallel: 1, fail: true });
  await waitForState(server, 'failing', 'Failed');
  const [name] = await trialsOf(server, 'failing');
  await page.goto(`/trials/default/${name}`);
  await expect(page.getByText('Failed').first()).toBeVisible();
  await expect(page.getByRole('log').getByText('told to fail')).toBeVisible();
});

test('a trial that is not there says so', async ({ page }) => {
  await page.goto('/trials/default/nothing-0000');
  await expect(page.getByRole('alert')).toContainText('nothing-0000');
});

test('all can use it, on every screen', async ({ page, server }) => {
  const [name] = await trialsOf(server, 'slow');
  await page.goto(`/trials/default/${name}`);
  await expect(page.getByRole('log')).toBeVisible();
  await expectAccessible(page);
  await expectFitsScreens(page);
});

test('its files are downloaded', async ({ page, server }) => {
  const [name] = await trialsOf(server, 'slow');
  await page.goto(`/trials/default/${name}`);
  const files = page.getByRole('region', { name: 'Files' });
  const download = page.waitForEvent('download');
  await files.getByRole('link', { name: 'output.log' }).click();
  expect((await download).suggestedFilename()).toBe('output.log');
});

async function trialsOf(
  server: { api<T>(route: string): Promise<T> },
  experiment: string,
): Promise<string[]> {
  const { trials } = await server.api<TrialList>(`/experiments/default/${experiment}/trials`);
  return trials.map((trial) => trial.name);
}
