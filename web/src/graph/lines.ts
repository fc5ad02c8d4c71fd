/** Edges as paths with round corners; pure. */
import type { Line } from "./layout";

type Point = Line["points"][number];

const RADIUS = 8;

/** Return the SVG path through the points. */
export function pathThrough(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (!first || !last) {
    return "";
  }
  let path = `M${text(first)}`;
  let before = first;
  for (const [index, corner] of rest.entries()) {
    const next = rest[index + 1] ?? last;
    path += `L${text(towards(corner, before))}Q${text(corner)} ${text(towards(corner, next))}`;
    before = corner;
  }
  return `${path}L${text(last)}`;
}

/** The point on the way from a corner to another, at most a radius away. */
function towards(corner: Point, other: Point): Point {
  const length = Math.hypot(other.x - corner.x, other.y - corner.y) || 1;
  const part = Math.min(RADIUS, length / 2) / length;
  return { x: corner.x + (other.x - corner.x) * part, y: corner.y + (other.y - corner.y) * part };
}

const text = (point: Point): string => `${round(point.x)} ${round(point.y)}`;
const round = (value: number): number => Math.round(value * 10) / 10;

/** An arrow head at the end of the line, as a path. */
export function headOf(points: readonly Point[]): string {
  const end = points.at(-1);
  const before = points.at(-2);
  if (!end || !before) {
    return "";
  }
  const angle = Math.atan2(end.y - before.y, end.x - before.x);
  const corner = (turn: number): Point => ({
    x: end.x - 6 * Math.cos(angle + turn),
    y: end.y - 6 * Math.sin(angle + turn),
  });
  return `M${text(end)}L${text(corner(0.45))}L${text(corner(-0.45))}Z`;
}
