import { render, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { getServerInfo } from '../api/system';
import type { ServerInfo } from '../api/types';
import { InsecureBanner } from './InsecureBanner';

vi.mock('../api/system', () => ({ getServerInfo: vi.fn() }));

function answerWith(insecure: boolean) {
  vi.mocked(getServerInfo).mockResolvedValue({ insecure } as ServerInfo);
}

it('says that the server is open to everybody', async () => {
  answerWith(true);
  render(<InsecureBanner />);
  expect(await screen.findByText(/--insecure/)).toBeVisible();
});

it('says nothing of a server that is not', async () => {
  answerWith(false);
  const { container } = render(<InsecureBanner />);
  await vi.waitFor(() => expect(getServerInfo).toHaveBeenCalled());
  expect(container).toBeEmptyDOMElement();
});
