/** The difference of two texts, line by line; pure. */

export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
  /** Line numbers on either side; null where the line is not. */
  before: number | null;
  after: number | null;
}

/** From this many differing lines on, the work is not worth it. */
const MOST_EDITS = 1500;

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
  const middle = most + 1;
  const reach = new Int32Array(2 * most + 3);
  const steps: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits += 1) {
    steps.push(reach.slice(middle - edits - 1, middle + edits + 2));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const at = middle + diagonal;
      let x = goesDown(reach, at, diagonal, edits)
        ? reached(reach, at + 1)
        : reached(reach, at - 1) + 1;
      while (x < one.length && x - diagonal < other.length && one[x] === other[x - diagonal]) {
        x += 1;
      }
      reach[at] = x;
      if (x >= one.length && x - diagonal >= other.length) {
        return backwards(steps, one.length, other.length);
      }
    }
  }
  return null;
}

const reached = (reach: Int32Array, index: number): number => reach[index] ?? 0;

function goesDown(reach: Int32Array, at: number, diagonal: number, edits: number): boolean {
  if (diagonal === -edits) {
    return true;
  }
  return diagonal !== edits && reached(reach, at - 1) < reached(reach, at + 1);
}

/** Walk back from the end; the snapshot of a step holds its diagonals from `-edits - 1` on. */
function backwards(
  steps: readonly Int32Array[],
  lengthX: number,
  lengthY: number,
): DiffLine["kind"][] {
  const kinds: DiffLine["kind"][] = [];
  let x = lengthX;
  let y = lengthY;
  for (let edits = steps.length - 1; edits >= 0; edits -= 1) {
    const reach = steps[edits] ?? new Int32Array();
    const diagonal = x - y;
    const at = diagonal + edits + 1;
    const down = goesDown(reach, at, diagonal, edits);
    const beforeX = edits === 0 ? 0 : reached(reach, down ? at + 1 : at - 1);
    const beforeY = edits === 0 ? 0 : beforeX - (down ? diagonal + 1 : diagonal - 1);
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
