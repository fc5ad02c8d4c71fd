/** Which node lies next in a direction; pure. */
import type { Placed } from "./layout";

type Place = Pick<Placed, "x" | "y" | "width" | "height"> & { box: { path: string } };

const directions: Record<string, [number, number]> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** Return the path of the nearest node in the direction of the key, or undefined. */
export function neighbour(placed: readonly Place[], from: string, key: string): string | undefined {
  const direction = directions[key];
  const here = placed.find((one) => one.box.path === from);
  if (!direction || !here) {
    return undefined;
  }
  const [right, down] = direction;
  let best: { path: string; cost: number } | undefined;
  for (const other of placed) {
    const x = other.x - here.x;
    const y = other.y - here.y;
    const along = x * right + y * down;
    const aside = Math.abs(x * down) + Math.abs(y * right);
    if (other === here || along <= 1) {
      continue;
    }
    const cost = along + 2.5 * aside;
    if (!best || cost < best.cost) {
      best = { path: other.box.path, cost };
    }
  }
  return best?.path;
}
