import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, expect, it, vi } from 'vitest';
import { Table, type TableProps } from './Table';

interface Row {
  name: string;
}

const ROWS: Row[] = Array.from({ length: 1000 }, (_, index) => ({ name: `row ${index}` }));

// jsdom lays nothing out; the virtual list asks for the scroller's size.
beforeAll(() => {
  for (const [name, value] of [
    ['clientHeight', 400],
    ['clientWidth', 800],
  ] as const) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, value });
  }
});

function show(props: Partial<TableProps<Row>> = {}) {
  render(
    <Table
      label="Things"
      columns={[
        {
          id: 'name',
          header: 'Name',
          meta: { sort: 'name' },
          cell: ({ row }) => row.original.name,
        },
      ]}
      rows={ROWS}
      rowId={(row) => row.name}
      {...props}
    />,
  );
}

it('draws the rows in view and tells how many there are', () => {
  show();
  expect(screen.getByRole('table', { name: 'Things' })).toHaveAttribute('aria-rowcount', '1001');
  expect(screen.getByText('row 0')).toBeInTheDocument();
  expect(screen.queryByText('row 900')).not.toBeInTheDocument();
  expect(screen.getAllByRole('row').length).toBeLessThan(60);
});

it('asks for the other order of the column it is sorted by', async () => {
  const onSort = vi.fn();
  show({ sort: { by: 'name', descending: false }, onSort });
  const header = screen.getByRole('columnheader', { name: 'Name' });
  expect(header).toHaveAttribute('aria-sort', 'ascending');
  await userEvent.click(within(header).getByRole('button'));
  expect(onSort).toHaveBeenCalledWith({ by: 'name', descending: true });
});

it('selects by box and by keyboard, and opens by Enter', async () => {
  const onSelect = vi.fn();
  const onOpen = vi.fn();
  show({ selected: new Set(['row 1']), onSelect, onOpen });
  await userEvent.click(screen.getByRole('checkbox', { name: 'Select row 0' }));
  expect(onSelect).toHaveBeenLastCalledWith(new Set(['row 0', 'row 1']));
  expect(onOpen).not.toHaveBeenCalled();
  const row = screen.getByText('row 2').closest<HTMLElement>('[role=row]');
  row?.focus();
  await userEvent.keyboard(' ');
  expect(onSelect).toHaveBeenLastCalledWith(new Set(['row 1', 'row 2']));
  await userEvent.keyboard('{Enter}');
  expect(onOpen).toHaveBeenCalledWith({ name: 'row 2' });
});

it('shows what to do when there is nothing', () => {
  show({ rows: [], empty: <p>Make one</p> });
  expect(screen.getByText('Make one')).toBeInTheDocument();
});
