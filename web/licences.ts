/** Writes the licences of the packages that are in the page to a file beside it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const PACKAGE = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//;

export function licences(): Plugin {
  return {
    name: "licences",
    apply: "build",
    generateBundle(_, bundle) {
      const folders = new Set<string>();
      const add = (id: string) => {
        const folder = PACKAGE.exec(id.replaceAll("\\", "/"))?.[1];
        if (folder) {
          folders.add(folder);
        }
      };
      for (const part of Object.values(bundle)) {
        if (part.type === "chunk") {
          part.moduleIds.forEach(add);
        } else {
          part.originalFileNames.forEach((name) => {
            add(name.startsWith("/") ? name : join(process.cwd(), name));
          });
        }
      }
      const source = [...folders].sort().map(licenceOf).join("\n\n");
      this.emitFile({ type: "asset", fileName: "licences.txt", source });
    },
  };
}

function licenceOf(folder: string): string {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    name: string;
    version: string;
    license?: string;
  };
  const file = existsSync(folder) && readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text = file ? readFileSync(join(folder, file), "utf8").trim() : "";
  return `${about.name} ${about.version} (${about.license ?? "see its text"})\n\n${text}`;
}
