/** Holds the types of the pages to the description of the API: what the server sends fits what they read. */
import type { components } from "./schema";
import type * as read from "./types";

type Sent = components["schemas"];

/** An error here says that `Sends` is not what `Reads` expects. */
type Fits<Sends extends Reads, Reads> = [Sends, Reads];

export type Checked = [
  Fits<Sent["RunItem"], read.RunRow>,
  Fits<Sent["TaskRun"], read.TaskRun>,
  Fits<Sent["Attempt"], read.Attempt>,
  Fits<Omit<Sent["HistoryEntry"], "data">, Omit<read.HistoryEntry, "data">>,
  Fits<Sent["StoredArtifact"], read.StoredArtifact>,
  Fits<Sent["GraphNode"], read.GraphNode>,
  Fits<Sent["GraphEdge"], read.GraphEdge>,
  Fits<Omit<Sent["FormInput"], "default" | "literals">, read.InputSpec>,
  Fits<Sent["PlannedStep"], read.PlannedStep>,
  Fits<Sent["Explanation"], read.Explanation>,
  Fits<Sent["SourceText"], read.SourceText>,
  Fits<Sent["TaskUsage"], read.TaskUsage>,
  Fits<Sent["Pipeline"], read.Pipeline>,
  Fits<Sent["PipelineVersion"], read.PipelineVersion>,
  Fits<Sent["Experiment"], read.Experiment>,
  Fits<Sent["RecurringRun"], read.RecurringRun>,
  Fits<Sent["SchedulePreview"], read.SchedulePreview>,
  Fits<Omit<Sent["LineageNode"], "state">, read.LineageNode>,
  Fits<Sent["Cluster"], read.Cluster>,
];
