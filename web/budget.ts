/** Fails the build when the files of the first page weigh more than they may, compressed. */
import { gzipSync } from "node:zlib";
import type { Plugin, Rollup } from "vite";

interface Budget {
  /** The module that the page begins with. */
  entry: string;
  /** The most bytes, compressed with gzip, of all that it loads before it is shown. */
  limit: number;
}

export function budget({ entry, limit }: Budget): Plugin {
  return {
    name: "budget",
    apply: "build",
    generateBundle(_, bundle) {
      const first = Object.values(bundle).find((part) => part.type === "chunk" && part.isEntry);
      if (!first) {
        this.error(`the build has no entry; ${entry} was expected`);
      }
      const bytes = weigh(bundle, first.fileName);
      const text = `first page: ${(bytes / 1000).toFixed(1)} kB compressed, of ${limit / 1000} kB`;
      if (bytes > limit) {
        this.error(`${text}: load something of it later`);
      }
      this.info(text);
    },
  };
}

function weigh(bundle: Rollup.OutputBundle, start: string): number {
  const seen = new Set<string>();
  const waiting = [start];
  let bytes = 0;
  for (let name = waiting.pop(); name; name = waiting.pop()) {
    const part = bundle[name];
    if (!part || seen.has(name)) {
      continue;
    }
    seen.add(name);
    bytes += gzipSync(part.type === "chunk" ? part.code : part.source).length;
    if (part.type === "chunk") {
      waiting.push(...part.imports, ...(part.viteMetadata?.importedCss ?? []));
    }
  }
  return bytes;
}
