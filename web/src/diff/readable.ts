/** A compiled pipeline as a text to compare: texts of several lines, such as code, on lines of their own. */
import type { Json } from "@/api/types";

export function readable(document: Json | undefined): string {
  const lines: string[] = [];
  write(document ?? null, "", "", lines);
  return lines.join("\n");
}

function write(value: Json, name: string, indent: string, into: string[]): void {
  const head = name ? `${indent}${name}:` : indent;
  if (typeof value === "string" && value.includes("\n")) {
    into.push(`${head} |`, ...value.split("\n").map((line) => `${indent}  ${line}`));
  } else if (typeof value !== "object" || value === null) {
    into.push(`${head} ${typeof value === "string" ? value : JSON.stringify(value)}`);
  } else if (Array.isArray(value)) {
    into.push(head);
    for (const item of value) {
      write(item, "-", `${indent}  `, into);
    }
  } else {
    into.push(head);
    for (const key of Object.keys(value).sort()) {
      write(value[key] ?? null, key, `${indent}  `, into);
    }
  }
}
