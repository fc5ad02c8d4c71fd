/** What is typed into the search of runs, as what the server is asked; pure. */
import type { Json } from "@/api/types";

export interface Predicate {
  field: string;
  op: "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "in" | "contains";
  value: Json;
}

export interface RunQuery {
  text: string;
  filter: Predicate[];
}

const OPERATORS: Record<string, Predicate["op"]> = {
  "=": "eq",
  ":": "eq",
  "!=": "ne",
  ">": "gt",
  ">=": "ge",
  "<": "lt",
  "<=": "le",
  "~": "contains",
};

const FIELDS: Record<string, string> = {
  id: "run_id",
  name: "display_name",
  description: "description",
  pipeline: "pipeline",
  pipeline_id: "pipeline_id",
  version: "version_id",
  experiment: "experiment",
  state: "state",
  by: "submitted_by",
  submitted_by: "submitted_by",
  error: "error",
  recurring: "recurring_run_id",
  created: "created_at",
  started: "started_at",
  finished: "finished_at",
};

const PREFIXES: Record<string, string> = {
  "metric.": "metric.",
  "param.": "parameter.",
  "parameter.": "parameter.",
  "tag.": "tag.",
};

const TERM = /([\w.\-/]+)\s*(!=|<=|>=|[=<>~:])\s*("[^"]*"|\S+)|"([^"]*)"|(\S+)/g;

/** Read a search: conditions on fields that are known, and words for the rest. */
export function parseQuery(typed: string): RunQuery {
  const words: string[] = [];
  const filter: Predicate[] = [];
  for (const [whole, name, operator, value, quoted, word] of typed.matchAll(TERM)) {
    const field = name === undefined ? undefined : fieldOf(name);
    if (field !== undefined && operator !== undefined && value !== undefined) {
      const op = OPERATORS[operator] ?? "eq";
      filter.push({ field, op, value: readValue(field, op, value) });
    } else {
      words.push(quoted ?? word ?? whole);
    }
  }
  return { text: words.join(" "), filter };
}

function fieldOf(name: string): string | undefined {
  for (const [prefix, field] of Object.entries(PREFIXES)) {
    if (name.startsWith(prefix) && name.length > prefix.length) {
      return field + name.slice(prefix.length);
    }
  }
  return FIELDS[name.toLowerCase()];
}

function readValue(field: string, op: Predicate["op"], written: string): Json {
  const bare = written.replace(/^"(.*)"$/, "$1");
  if (field.endsWith("_at")) {
    const at = Date.parse(bare);
    return Number.isNaN(at) ? bare : at / 1000;
  }
  if (op === "contains" || written !== bare) {
    return bare;
  }
  if (field.startsWith("metric.") || field.startsWith("parameter.")) {
    return scalar(bare);
  }
  return bare;
}

function scalar(written: string): Json {
  if (written === "true" || written === "false") {
    return written === "true";
  }
  const number = Number(written);
  return written !== "" && Number.isFinite(number) ? number : written;
}

/** The names of columns that are metrics, parameters or tags: `metric.auc`. */
export function isOwnColumn(name: string): boolean {
  return /^(metric|param|tag)\../.test(name);
}

/** The field by which the server sorts such a column. */
export function sortOf(column: string): string | undefined {
  if (column.startsWith("metric.")) {
    return column;
  }
  return column.startsWith("param.") ? `parameter.${column.slice(6)}` : undefined;
}
