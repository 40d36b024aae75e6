import type { Page } from '@playwright/test';
import { create, experimentDocument } from './support/experiments';
import { expect, expectAccessible, expectFitsScreens, test } from './support/test';

function yaml(page: Page) {
  return page.getByRole('textbox', { name: 'The experiment as YAML' });
}

// The lines that are drawn: all of them, in texts as short as these.
function yamlText(page: Page): Promise<string> {
  return yaml(page).evaluate((element) => element.textContent ?? '');
}

async function pasteYaml(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate((content) => navigator.clipboard.writeText(content), text);
  await yaml(page).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+V');
}

test('an example is changed by the form and created', async ({ page, server }) => {
  await page.goto('/new');
  await page.getByRole('button', { name: 'Start from…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start from' });
  await expectAccessible(page);
  await dialog.getByRole('button', { name: /^digits\/tpe/ }).click();
  await expect(page).toHaveURL(/example=/);
  await expect(page.getByText('No fault')).toBeVisible();

  await page.getByRole('region', { name: 'Name' }).getByLabel('Name', { exact: true }).fill('mine');
  await page.getByLabel('Trials in all').fill('3');
  await page.getByLabel('n_startup_trials').fill('1');
  await expect.poll(() => yamlText(page)).toContain('name: mine');
  await expect.poll(() => yamlText(page)).toContain('# A tree-structured Parzen estimator');
  await expect(page.getByText('No fault')).toBeVisible();
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(page).toHaveURL(/\/experiments\/default\/mine/);
  const { documentYaml } = await server.api<{ documentYaml: string }>('/experiments/default/mine');
  expect(documentYaml).toContain('maxTrialCount: 3');
  await server.api('/experiments/default/mine', 'DELETE');
});

test('YAML that is typed is shown by the form, with its faults in both places', async ({
  page,
}) => {
  await page.goto('/new');
  await expect(page.getByText('No fault')).toBeVisible();
  const document = experimentDocument({ name: 'typed' }).replace('"min":"0"', '"min":"5"');
  await pasteYaml(page, document);
  await expect(
    page.getByRole('region', { name: 'Name' }).getByLabel('Name', { exact: true }),
  ).toHaveValue('typed');
  const from = page.getByRole('group', { name: 'parameter 1' }).getByLabel('From');
  await expect(from).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByRole('button', { name: 'Create' })).toBeDisabled();
  await expect(page.getByRole('list', { name: 'Faults' })).toContainText('below max');
  await page.getByRole('list', { name: 'Faults' }).getByRole('button').first().click();
  await expect(yaml(page)).toBeFocused();
  await expectAccessible(page);

  await from.fill('0.5');
  await expect(page.getByText('No fault')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Create' })).toBeEnabled();
  await pasteYaml(page, 'a: [1');
  await expect(page.getByText('The YAML cannot be read.')).toBeVisible();
  await yaml(page).click();
  await page.keyboard.press('Control+Z');
  await expect(page.getByText('No fault')).toBeVisible();
});

test('every algorithm and setting of the registry has a control', async ({ page, server }) => {
  interface Algorithm {
    name: string;
    settings: { name: string }[];
  }
  const { algorithms } = await server.api<{ algorithms: Algorithm[] }>('/algorithms');
  expect(algorithms.length).toBeGreaterThan(5);
  await page.goto('/new');
  const section = page.getByRole('region', { name: 'Algorithm', exact: true });
  for (const { name, settings } of algorithms) {
    await section.getByLabel('Algorithm', { exact: true }).selectOption(name);
    for (const setting of settings) {
      await expect(section.getByLabel(setting.name, { exact: true })).toBeVisible();
    }
  }
});

test('a new experiment begins from an earlier one', async ({ page, server }) => {
  await create(server, { name: 'earlier', trials: 1 });
  await page.goto('/new?from=default/earlier');
  const name = page.getByRole('region', { name: 'Name' }).getByLabel('Name', { exact: true });
  await expect(name).toHaveValue('earlier-2');
  await expect(page.getByText('No fault')).toBeVisible();
  await name.fill('earlier');
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByText(/earlier.*exists|already.*earlier/i)).toBeVisible();
});

test('a file is dropped in, and a draft survives leaving the page', async ({ page }) => {
  await page.goto('/new');
  await expect(page.getByText('No fault')).toBeVisible();
  const content = experimentDocument({ name: 'dropped' });
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'dropped.yaml', { type: 'text/yaml' }));
    return data;
  }, content);
  const form = page.getByRole('form', { name: 'Experiment' });
  await form.dispatchEvent('dragover', { dataTransfer: transfer });
  await expect(page.getByText('Drop the file to open it')).toBeVisible();
  await form.dispatchEvent('drop', { dataTransfer: transfer });
  const name = page.getByRole('region', { name: 'Name' }).getByLabel('Name', { exact: true });
  await expect(name).toHaveValue('dropped');

  await page.getByRole('link', { name: 'Algorithms', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Algorithms' })).toBeVisible();
  await page.getByRole('link', { name: 'New experiment' }).click();
  await expect(name).toHaveValue('dropped');

  await page
    .getByLabel('Open a file')
    .last()
    .setInputFiles({
      name: 'bad.yaml',
      mimeType: 'text/yaml',
      buffer: Buffer.from([0xff, 0xfe, 0x00]),
    });
  await expect(page.getByText('“bad.yaml” is no UTF-8 text.')).toBeVisible();
  await expect(name).toHaveValue('dropped');
});

test('HTML in the document is text, in the form, the editor and the faults', async ({ page }) => {
  await page.goto('/new');
  await expect(page.getByText('No fault')).toBeVisible();
  const hostile = '<img src=x onerror=alert(1)>';
  await pasteYaml(page, experimentDocument({ name: hostile, metric: hostile }));
  await expect(page.getByRole('list', { name: 'Faults' })).toBeVisible();
  await expect(page.getByLabel('Metric', { exact: true }).first()).toHaveValue(hostile);
  await expect(page.locator('img[src=x]')).toHaveCount(0);
});

test('the page fits every screen and has no serious fault', async ({ page }) => {
  await page.goto('/new');
  await expect(page.getByText('No fault')).toBeVisible();
  const closed = page.locator('form button[aria-expanded=false]');
  while ((await closed.count()) > 0) await closed.first().click();
  await expectAccessible(page);
  await expectFitsScreens(page);
  await page.setViewportSize({ width: 380, height: 760 });
  await expect(yaml(page)).toBeHidden();
  await page.getByRole('button', { name: 'YAML' }).click();
  await expect(yaml(page)).toBeVisible();
  await expectAccessible(page);
});
