/** The difference of two texts, line by line; pure. */

export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
  /** Line numbers on either side; null where the line is not. */
  before: number | null;
  after: number | null;
}

/** From this many differing lines on, the work is not worth it. */
const MOST_EDITS = 4000;

/** Return the lines of both texts in one order, or null when they differ too much (Myers, 1986). */
export function diffLines(before: string, after: string): DiffLine[] | null {
  const one = before.split("\n");
  const other = after.split("\n");
  const head = commonHead(one, other);
  const tail = commonTail(one, other, head);
  const inner = innerEdits(
    one.slice(head, one.length - tail),
    other.slice(head, other.length - tail),
  );
  if (!inner) {
    return null;
  }
  const kinds: DiffLine["kind"][] = [
    ...Array<"same">(head).fill("same"),
    ...inner,
    ...Array<"same">(tail).fill("same"),
  ];
  let left = 0;
  let right = 0;
  return kinds.map((kind) => {
    const line: DiffLine = {
      kind,
      text: (kind === "added" ? other[right] : one[left]) ?? "",
      before: kind === "added" ? null : left + 1,
      after: kind === "removed" ? null : right + 1,
    };
    left += kind === "added" ? 0 : 1;
    right += kind === "removed" ? 0 : 1;
    return line;
  });
}

function commonHead(one: readonly string[], other: readonly string[]): number {
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) {
    at += 1;
  }
  return at;
}

function commonTail(one: readonly string[], other: readonly string[], head: number): number {
  let at = 0;
  while (
    at < one.length - head &&
    at < other.length - head &&
    one[one.length - 1 - at] === other[other.length - 1 - at]
  ) {
    at += 1;
  }
  return at;
}

/** The edits that lead from one to the other, with the fewest changes. */
function innerEdits(one: readonly string[], other: readonly string[]): DiffLine["kind"][] | null {
  const most = Math.min(MOST_EDITS, one.length + other.length);
  const reach = new Map<number, number>([[1, 0]]);
  const steps: Map<number, number>[] = [];
  for (let edits = 0; edits <= most; edits += 1) {
    steps.push(new Map(reach));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = goesDown(reach, diagonal, edits)
        ? (reach.get(diagonal + 1) ?? 0)
        : (reach.get(diagonal - 1) ?? 0) + 1;
      while (x < one.length && x - diagonal < other.length && one[x] === other[x - diagonal]) {
        x += 1;
      }
      reach.set(diagonal, x);
      if (x >= one.length && x - diagonal >= other.length) {
        return backwards(steps, one.length, other.length);
      }
    }
  }
  return null;
}

function goesDown(reach: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  if (diagonal === -edits) {
    return true;
  }
  return diagonal !== edits && (reach.get(diagonal - 1) ?? 0) < (reach.get(diagonal + 1) ?? 0);
}

function backwards(
  steps: readonly Map<number, number>[],
  lengthX: number,
  lengthY: number,
): DiffLine["kind"][] {
  const kinds: DiffLine["kind"][] = [];
  let x = lengthX;
  let y = lengthY;
  for (let edits = steps.length - 1; edits >= 0; edits -= 1) {
    const reach = steps[edits] ?? new Map<number, number>();
    const diagonal = x - y;
    const down = goesDown(reach, diagonal, edits);
    const from = down ? diagonal + 1 : diagonal - 1;
    const beforeX = edits === 0 ? 0 : (reach.get(from) ?? 0);
    const beforeY = edits === 0 ? 0 : beforeX - from;
    while (x > beforeX && y > beforeY) {
      kinds.push("same");
      x -= 1;
      y -= 1;
    }
    if (edits > 0) {
      kinds.push(down ? "added" : "removed");
    }
    x = beforeX;
    y = beforeY;
  }
  return kinds.reverse();
}

/** Leave out what is the same, but for some lines around each change; null stands for a gap. */
export function withContext(lines: readonly DiffLine[], around = 3): (DiffLine | null)[] {
  const near = new Set<number>();
  for (const [index, line] of lines.entries()) {
    if (line.kind !== "same") {
      for (let at = index - around; at <= index + around; at += 1) {
        near.add(at);
      }
    }
  }
  const shown: (DiffLine | null)[] = [];
  for (const [index, line] of lines.entries()) {
    if (near.has(index)) {
      shown.push(line);
    } else if (shown.at(-1) !== null) {
      shown.push(null);
    }
  }
  return shown;
}
