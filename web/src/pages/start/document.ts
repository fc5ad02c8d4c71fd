/** A compiled pipeline from a file: YAML or JSON, with the platform's part behind it. */
import type { Json } from "@/api/types";
import { text } from "@/text/en";

type Struct = { [key: string]: Json };

export interface Given {
  spec: Struct;
  platform?: Struct;
}

/** Read the text of a file; what the pipeline says is checked by the server. */
export async function readDocument(written: string): Promise<Given> {
  const values = await documentsOf(written);
  const [spec, platform] = values;
  if (!isStruct(spec)) {
    throw new Error(text.start.notADocument);
  }
  if (isStruct(spec.pipeline_spec)) {
    const inner = spec.platform_spec;
    return { spec: spec.pipeline_spec, platform: isStruct(inner) ? inner : undefined };
  }
  return { spec, platform: isStruct(platform) ? platform : undefined };
}

async function documentsOf(written: string): Promise<unknown[]> {
  if (written.trimStart().startsWith("{")) {
    return [JSON.parse(written) as unknown];
  }
  const { parseAllDocuments } = await import("yaml");
  const documents = parseAllDocuments(written, { schema: "core", uniqueKeys: true });
  return [...documents].map((document) => {
    const [problem] = document.errors;
    if (problem) {
      throw problem;
    }
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  });
}

function isStruct(value: unknown): value is Struct {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
