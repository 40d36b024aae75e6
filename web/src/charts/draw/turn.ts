// How a cube is looked at, radians: turned about the vertical axis, then tilted to the viewer.
export interface Turn {
  readonly around: number;
  readonly tilt: number;
}

export const FIRST_TURN: Turn = { around: 0.6, tilt: 0.45 };

// Where a point of the cube lies in the picture (across, up) and how near it is; z points up.
export function turned(turn: Turn, x: number, y: number, z: number): [number, number, number] {
  const across = x * Math.cos(turn.around) - y * Math.sin(turn.around);
  const away = x * Math.sin(turn.around) + y * Math.cos(turn.around);
  const up = z * Math.cos(turn.tilt) + away * Math.sin(turn.tilt);
  const near = z * Math.sin(turn.tilt) - away * Math.cos(turn.tilt);
  return [across, up, near];
}

// After a drag of so many pixels; the tilt stops at the poles.
export function dragTurn(turn: Turn, right: number, down: number): Turn {
  const limit = Math.PI / 2;
  return {
    around: turn.around + right * 0.01,
    tilt: Math.min(limit, Math.max(-limit, turn.tilt + down * 0.01)),
  };
}
