import { inRect, markPixels, type MarkPixels, type Panel, type Rect } from '../draw/panel';
import type { TrialTable } from '../data/trial_table';

// Finds trials by where their marks lie on the screen. Made once for each drawing of a chart.
export class HitTest {
  private readonly cache: (MarkPixels | undefined)[];

  constructor(
    readonly panels: readonly Panel[],
    private readonly table: TrialTable,
  ) {
    this.cache = panels.map(() => undefined);
  }

  pixels(panel: number): MarkPixels {
    return (this.cache[panel] ??= markPixels(this.panels[panel]!));
  }

  panelAt(x: number, y: number): number {
    return this.panels.findIndex(({ rect, marks }) => marks.rows.length > 0 && inRect(rect, x, y));
  }

  // Also from just outside: a drag that begins at the edge means the edge.
  panelNear(x: number, y: number, reach = 16): number {
    const inside = this.panelAt(x, y);
    if (inside >= 0) return inside;
    return this.panels.findIndex(({ rect, marks }) => {
      const { left, top, width, height } = rect;
      const around = {
        left: left - reach,
        top: top - reach,
        width: width + 2 * reach,
        height: height + 2 * reach,
      };
      return marks.rows.length > 0 && inRect(around, x, y);
    });
  }

  // The mark nearest to the point, at most `reach` pixels away; of a bar, the one that holds it.
  markAt(panel: number, x: number, y: number, reach = 14): number {
    const { marks, rect } = this.panels[panel]!;
    const pixels = this.pixels(panel);
    const barHalf = marks.shape === 'bars' ? laneHalf(this.panels[panel]!) : 0;
    let nearest = -1;
    let least = reach * reach;
    for (let mark = 0; mark < marks.rows.length; mark++) {
      const markX = pixels.x[mark]!;
      const markY = pixels.y[mark]!;
      let across = markX - x;
      let up = markY - y;
      if (pixels.xEnd) {
        const end = pixels.xEnd[mark]!;
        across = x < markX ? markX - x : x > end ? x - end : 0;
        up = Math.max(0, Math.abs(up) - barHalf);
      }
      const distance = across * across + up * up;
      if (distance < least && inRect(rect, clampInto(rect, markX, x), markY)) {
        least = distance;
        nearest = mark;
      }
    }
    return nearest;
  }

  // Marks the trials with a mark in the box, by number.
  maskInBox(panel: number, box: Rect, mask: Uint8Array): void {
    const { marks } = this.panels[panel]!;
    const pixels = this.pixels(panel);
    const { numbers } = this.table;
    const right = box.left + box.width;
    const bottom = box.top + box.height;
    const half = marks.shape === 'bars' ? laneHalf(this.panels[panel]!) : 0;
    const ends = pixels.xEnd ?? pixels.x;
    for (let mark = 0; mark < marks.rows.length; mark++) {
      const y = pixels.y[mark]!;
      if (
        ends[mark]! >= box.left &&
        pixels.x[mark]! <= right &&
        y + half >= box.top &&
        y - half <= bottom
      ) {
        mask[numbers[marks.rows[mark]!]!] = 1;
      }
    }
  }

  emptyMask(): Uint8Array {
    return new Uint8Array((this.table.numbers[this.table.length - 1] ?? -1) + 1);
  }

  // The first mark of a row in a panel, or -1.
  markOfRow(panel: number, row: number): number {
    const { rows } = this.panels[panel]!.marks;
    return rows[row] === row ? row : rows.indexOf(row);
  }
}

function laneHalf(panel: Panel): number {
  return (0.36 * panel.rect.height) / (panel.y.high - panel.y.low);
}

// A long bar counts where the pointer is, though it begins outside.
function clampInto(rect: Rect, markX: number, x: number): number {
  return markX < rect.left ? x : markX;
}
