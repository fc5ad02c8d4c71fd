/**
 * Markdown as a tree of blocks: what reports of pipelines use, and no HTML.
 *
 * Headings, paragraphs, lists, quotes, code, rules, tables; strong, emphasis, code and links inside of
 * them. Anything else, tags included, stays text. Pure.
 */

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "emphasis"; inside: Inline[] }
  | { kind: "link"; address: string; inside: Inline[] };

export type Block =
  | { kind: "heading"; level: number; inside: Inline[] }
  | { kind: "paragraph"; inside: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "quote"; blocks: Block[] }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "rule" };

const ITEM = /^\s{0,3}(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const MOST_LINES = 20_000;

export function parseMarkdown(text: string): Block[] {
  return blocksOf(text.replace(/\r\n?/g, "\n").split("\n").slice(0, MOST_LINES), 0);
}

function blocksOf(lines: readonly string[], depth: number): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const [block, next] = blockAt(lines, at, depth);
    if (block) {
      blocks.push(block);
    }
    at = next;
  }
  return blocks;
}

function blockAt(lines: readonly string[], at: number, depth: number): [Block | null, number] {
  const line = lines[at] ?? "";
  if (line.trim() === "") {
    return [null, at + 1];
  }
  const fence = /^\s{0,3}(```|~~~)/.exec(line)?.[1];
  if (fence) {
    const end = indexFrom(lines, at + 1, (one) => one.trimStart().startsWith(fence));
    return [{ kind: "code", text: lines.slice(at + 1, end).join("\n") }, end + 1];
  }
  const heading = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading) {
    return [
      { kind: "heading", level: heading[1]?.length ?? 1, inside: inline(heading[2] ?? "") },
      at + 1,
    ];
  }
  if (/^\s{0,3}([-*_])(\s*\1){2,}\s*$/.test(line)) {
    return [{ kind: "rule" }, at + 1];
  }
  if (/^\s{0,3}>/.test(line) && depth < 8) {
    const end = indexFrom(lines, at, (one) => !/^\s{0,3}>/.test(one));
    const inside = lines.slice(at, end).map((one) => one.replace(/^\s{0,3}> ?/, ""));
    return [{ kind: "quote", blocks: blocksOf(inside, depth + 1) }, end];
  }
  if (ITEM.test(line)) {
    return listAt(lines, at);
  }
  if (
    line.includes("|") &&
    /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[at + 1] ?? "")
  ) {
    const end = indexFrom(lines, at + 2, (one) => !one.includes("|"));
    const rows = lines.slice(at + 2, end).map(cells);
    return [{ kind: "table", head: cells(line), rows }, end];
  }
  const end = indexFrom(lines, at + 1, (one) => one.trim() === "" || beginsBlock(one));
  return [{ kind: "paragraph", inside: inline(lines.slice(at, end).join("\n")) }, end];
}

const beginsBlock = (line: string): boolean =>
  /^\s{0,3}(#{1,6}\s|```|~~~|>)/.test(line) || ITEM.test(line);

function listAt(lines: readonly string[], at: number): [Block, number] {
  const ordered = ITEM.exec(lines[at] ?? "")?.[1] !== undefined;
  const items: string[] = [];
  let index = at;
  for (; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const item = ITEM.exec(line);
    if (item) {
      items.push(item[2] ?? "");
    } else if (line.trim() !== "" && /^\s{2,}/.test(line)) {
      items.push(`${items.pop() ?? ""}\n${line.trim()}`);
    } else {
      break;
    }
  }
  return [{ kind: "list", ordered, items: items.map((item) => inline(item)) }, index];
}

function cells(line: string): Inline[][] {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => inline(cell.trim()));
}

function indexFrom(lines: readonly string[], at: number, fits: (line: string) => boolean): number {
  const found = lines.slice(at).findIndex(fits);
  return found < 0 ? lines.length : at + found;
}

const INLINE =
  /`([^`\n]+)`|\*\*([^*\n]{1,2000})\*\*|__([^_\n]{1,2000})__|\*([^*\n]{1,2000})\*|\[([^\]\n]{0,500})\]\(([^()\s]{1,2000})\)/g;

export function inline(text: string, depth = 0): Inline[] {
  const found: Inline[] = [];
  let from = 0;
  const add = (plain: string) => plain && found.push({ kind: "text", text: plain });
  for (const match of depth < 4 ? text.matchAll(INLINE) : []) {
    add(text.slice(from, match.index));
    from = match.index + match[0].length;
    const [, code, strong, alsoStrong, emphasis, label, address] = match;
    if (code !== undefined) {
      found.push({ kind: "code", text: code });
    } else if (address !== undefined) {
      found.push({ kind: "link", address, inside: inline(label ?? "", depth + 1) });
    } else if (emphasis !== undefined) {
      found.push({ kind: "emphasis", inside: inline(emphasis, depth + 1) });
    } else {
      found.push({ kind: "strong", inside: inline(strong ?? alsoStrong ?? "", depth + 1) });
    }
  }
  add(text.slice(from));
  return found;
}
