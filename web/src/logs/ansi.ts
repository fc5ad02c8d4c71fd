/** Terminal text as pieces with a look; colours are kept, every other escape is dropped. Pure. */

export interface Piece {
  text: string;
  /** Colour by number, 0–15; null is the ordinary one. */
  colour: number | null;
  bold: boolean;
  dim: boolean;
  underline: boolean;
}

type Look = Omit<Piece, "text">;

const PLAIN: Look = { colour: null, bold: false, dim: false, underline: false };

/** CSI, OSC and other strings, and two-byte escapes. An unfinished one reaches to the end. */
const ESCAPE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is looked for
  /(?:\u001b\[|\u009b)([0-?]*)([ -/]*)([@-~]|$)|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$)|\u001b[ -/]*[0-~]?/g;

/** Return the pieces of one line; of what a carriage return overwrites, the last is shown. */
export function pieces(line: string): Piece[] {
  const seen = lastWritten(line);
  const found: Piece[] = [];
  let look = PLAIN;
  let from = 0;
  for (const match of seen.matchAll(ESCAPE)) {
    add(found, seen.slice(from, match.index), look);
    from = match.index + match[0].length;
    if (match[3] === "m" && match[2] === "") {
      look = changed(look, match[1] ?? "");
    }
  }
  add(found, seen.slice(from), look);
  return found;
}

/** Return the text without any escape. */
export function plain(line: string): string {
  return pieces(line)
    .map((piece) => piece.text)
    .join("");
}

function lastWritten(line: string): string {
  const trimmed = line.replace(/\r+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("\r") + 1);
}

function add(found: Piece[], text: string, look: Look): void {
  if (text) {
    found.push({ text, ...look });
  }
}

function changed(look: Look, written: string): Look {
  const codes = written.split(/[;:]/).map(Number);
  let next = look;
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 38 || code === 48) {
      const palette = codes[index + 1] === 5;
      const colour = codes[index + 2] ?? 0;
      index += palette ? 2 : 4;
      next = code === 38 ? { ...next, colour: palette && colour < 16 ? colour : null } : next;
    } else {
      next = simple(next, code);
    }
  }
  return next;
}

function simple(look: Look, code: number): Look {
  if (code === 0) {
    return PLAIN;
  }
  if (code === 1 || code === 2 || code === 4) {
    return {
      ...look,
      bold: code === 1 || look.bold,
      dim: code === 2 || look.dim,
      underline: code === 4 || look.underline,
    };
  }
  if (code === 22) {
    return { ...look, bold: false, dim: false };
  }
  if (code === 24) {
    return { ...look, underline: false };
  }
  if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) {
    return { ...look, colour: code < 90 ? code - 30 : code - 82 };
  }
  return code === 39 ? { ...look, colour: null } : look;
}
