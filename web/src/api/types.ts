/** The records of the native API, as the server writes them; fields that are null may be missing. */

export type RunState = "pending" | "running" | "succeeded" | "failed" | "canceling" | "canceled";
export type TaskState = "pending" | "running" | "succeeded" | "failed" | "skipped" | "canceled";
export type TaskKind =
  | "container"
  | "importer"
  | "dag"
  | "condition"
  | "loop"
  | "iteration"
  | "exit_handler";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Artifact {
  id: string;
  name: string;
  schema_title: string;
  schema_version: string;
  uri: string;
  metadata?: Record<string, Json>;
  digest?: string | null;
  size?: number | null;
  custom_path?: string | null;
}

export interface Values {
  parameters?: Record<string, Json>;
  artifacts?: Record<string, Artifact[]>;
}

export interface Failure {
  kind: "user" | "oom" | "deadline" | "infrastructure" | "configuration" | "canceled";
  message: string;
  type?: string | null;
  traceback?: string | null;
  file?: string | null;
  line?: number | null;
  exit_code?: number | null;
}

export interface Usage {
  wall_s?: number;
  cpu_s?: number;
  max_rss_bytes?: number;
}

export interface Run {
  run_id: string;
  position: number;
  namespace: string;
  pipeline: string;
  display_name: string;
  description?: string;
  experiment: string;
  source: string;
  document: string;
  state: RunState;
  archived?: boolean;
  recurring_run_id?: string | null;
  scheduled_at?: number | null;
  service_account?: string;
  pipeline_id?: string | null;
  version_id?: string | null;
  parameters?: Record<string, Json>;
  submitted_by?: string;
  tags?: Record<string, string>;
  pipeline_root?: string;
  options?: Record<string, Json>;
  created_at: number;
  started_at?: number | null;
  finished_at?: number | null;
  outputs?: Values | null;
  error?: string | null;
}

export interface RunRow extends Run {
  /** Null is no finite number. */
  metrics?: Record<string, number | null>;
  progress?: Partial<Record<TaskState, number>>;
}

export interface TaskRun {
  run_id: string;
  path: string;
  parent?: string;
  name: string;
  display_name: string;
  component: string;
  kind: TaskKind;
  state: TaskState;
  reason?: string;
  cached?: boolean;
  cache_key?: string | null;
  cache_fields?: Record<string, string>;
  cache_source?: string | null;
  attempts?: number;
  iteration?: number | null;
  created_at?: number | null;
  started_at?: number | null;
  finished_at?: number | null;
  inputs?: Values | null;
  outputs?: Values | null;
  error?: Failure | null;
}

export interface Attempt {
  run_id: string;
  path: string;
  number: number;
  state: TaskState;
  created_at: number;
  started_at?: number | null;
  finished_at?: number | null;
  where?: string;
  error?: Failure | null;
  usage?: Usage | null;
}

export interface Metric {
  run_id: string;
  path: string;
  artifact: string;
  name: string;
  /** Null is no finite number. */
  value: number | null;
}

export interface RunDetail {
  run: Run;
  tasks: TaskRun[];
  attempts: Attempt[];
  metrics: Metric[];
  last_event_id: number;
}

export interface HistoryEntry {
  id: number;
  run_id: string;
  at: number;
  kind: string;
  path?: string;
  message?: string;
  data?: Record<string, Json>;
}

export interface FeedEntry extends HistoryEntry {
  run?: RunRow | null;
  task?: TaskRun | null;
  attempt?: Attempt | null;
}

export interface StoredArtifact {
  artifact: Artifact;
  run_id: string;
  path: string;
  attempt: number;
  created_at: number;
}

export interface Page<T> {
  items: T[];
  next_token?: string | null;
  total?: number | null;
}

export interface Me {
  user: string;
  mode: "single" | "multi";
  admin: boolean;
  namespaces: { name: string; role: string }[];
  version: string;
}

export type NodeKind =
  | "container"
  | "importer"
  | "dag"
  | "loop"
  | "condition"
  | "exit"
  | "artifact";

export interface GraphNode {
  path: string;
  parent?: string;
  name: string;
  component?: string;
  kind: NodeKind;
  image?: string | null;
  iteration?: number | null;
}

export interface GraphEdge {
  source: string;
  target: string;
  kind: "order" | "data";
  label?: string;
}

export interface InputSpec {
  name: string;
  type: string;
  default?: Json;
  has_default?: boolean;
  optional?: boolean;
  required?: boolean;
  description?: string;
  literals?: Json[];
  artifact?: boolean;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  inputs: InputSpec[];
}

export interface PlannedStep {
  path: string;
  action: "run" | "reuse" | "skip" | "depends";
  reason: string;
}

export interface Explanation {
  hit: boolean;
  reason: string;
  fields: { field: string; here: string; there: string }[];
  compared_with?: string | null;
}

export interface SourceText {
  file?: string | null;
  line?: number | null;
  text: string;
  language: string;
}

export interface EnvironmentLock {
  lock?: string | null;
  packages?: string[];
  as_of?: string | null;
  reason?: string;
}

export interface TaskUsage {
  path: string;
  requested?: Record<string, number | string | null>;
  peak_rss_bytes?: number | null;
  cpu_s?: number | null;
  wall_s?: number | null;
  suggestion?: string | null;
}

export interface Pipeline {
  id: string;
  namespace: string;
  name: string;
  display_name?: string;
  description?: string;
  created_at: number;
  tags?: Record<string, string>;
}

export interface PipelineVersion {
  id: string;
  pipeline_id: string;
  name: string;
  display_name?: string;
  description?: string;
  document: string;
  created_at: number;
  source?: string;
  tags?: Record<string, string>;
  code_source_url?: string;
  package_url?: string;
}

export interface Experiment {
  id: string;
  namespace: string;
  name: string;
  display_name?: string;
  description?: string;
  created_at: number;
  archived?: boolean;
  last_run_created_at?: number | null;
}

export interface Trigger {
  cron?: string | null;
  interval_s?: number | null;
  start_at?: number | null;
  end_at?: number | null;
  time_zone?: string | null;
}

export interface RecurringRun {
  id: string;
  namespace: string;
  experiment: string;
  display_name: string;
  description?: string;
  pipeline_id?: string | null;
  version_id?: string | null;
  parameters?: Record<string, Json>;
  max_concurrency?: number;
  trigger: Trigger;
  enabled?: boolean;
  catchup?: boolean;
  created_at: number;
  updated_at?: number;
  created_by?: string;
  last_tick_at?: number | null;
  next_tick_at?: number | null;
  ticks?: number;
  error?: string | null;
}

export interface SchedulePreview {
  sentence: string;
  warning?: string | null;
  next: number[];
}

export interface Lineage {
  nodes: LineageNode[];
  edges: { source: string; target: string; name?: string }[];
}

export interface LineageNode {
  id: string;
  kind: "artifact" | "task";
  name: string;
  type?: string;
  state?: TaskState;
  cached?: boolean;
  run_id?: string;
  path?: string;
  pipeline?: string;
}

export interface Consumer {
  run_id: string;
  path: string;
  name: string;
  pipeline?: string;
  state?: TaskState;
}

export interface ArtifactDetail {
  artifact: StoredArtifact;
  producer: { run: Run; task: TaskRun } | null;
  consumers: Consumer[];
}

export interface Document {
  spec: Json;
  platform?: Json;
  yaml: string;
}

export interface Cluster {
  capacity: Resources;
  used: Resources;
  running: (Resources & { run_id: string; path: string; since?: number | null })[];
  waiting: { run_id: string; path: string; reason: string; since?: number | null }[];
}

export interface Resources {
  cpu?: number;
  memory_bytes?: number;
  devices?: Record<string, number>;
}

export interface ComparedValue {
  name: string;
  values: Record<string, Json>;
  differs: boolean;
}

export interface TaskOutcome {
  state: TaskState;
  cached?: boolean;
  seconds?: number | null;
  key?: string | null;
}

export interface Comparison {
  runs: Run[];
  parameters: ComparedValue[];
  metrics: ComparedValue[];
  tasks: { path: string; values: Record<string, TaskOutcome>; differs: boolean }[];
}
