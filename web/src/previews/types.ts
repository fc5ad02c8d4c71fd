/** What a preview of an artifact can be, told apart by `kind`. */
import type { Json } from "@/api/types";

export interface Column {
  name: string;
  type: "integer" | "number" | "boolean" | "text" | "empty";
  missing?: number;
  distinct?: number;
  distinct_more?: boolean;
  min?: number | string | null;
  max?: number | string | null;
  mean?: number | null;
  top?: { value: string; count: number }[];
}

export interface RocPoint {
  threshold: number | null;
  tpr: number;
  fpr: number;
}

export interface Matrix {
  labels: string[];
  matrix: number[][];
}

export interface TablePreview {
  kind: "table";
  format: string;
  columns: Column[];
  rows: (string | null)[][];
  rows_read: number;
  complete: boolean;
  total_rows?: number | null;
  columns_left_out?: number;
}

export interface Slice {
  slice: string;
  points?: RocPoint[];
  auc?: number | null;
  confusion?: Matrix | null;
}

export interface FileEntry {
  name: string;
  size: number;
}

export type Preview =
  | TablePreview
  | { kind: "image"; media_type: string }
  | { kind: "text" | "markdown"; text: string; truncated?: boolean }
  | { kind: "json"; text: string; value?: Json; truncated?: boolean }
  | { kind: "html"; size?: number }
  | { kind: "metrics"; metrics: { name: string; value: number | null }[] }
  | { kind: "roc"; points: RocPoint[]; auc?: number | null; confusion?: Matrix | null }
  | ({ kind: "confusion" } & Matrix)
  | { kind: "sliced"; slices: Slice[] }
  | {
      kind: "model";
      framework?: string;
      metadata?: Record<string, Json>;
      size?: number | null;
      files?: FileEntry[];
    }
  | { kind: "directory"; entries: FileEntry[]; total: number; size: number }
  | { kind: "none"; reason: string };
