/** What can be done to runs, one or many. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "@/api/client";
import { text } from "@/text/en";
import { tell, tellError } from "@/ui/toast";

export type Action = "terminate" | "retry" | "archive" | "restore" | "delete";

const titles: Record<Action, string> = {
  terminate: text.runs.terminate,
  retry: text.runs.retry,
  archive: text.runs.archive,
  restore: text.runs.restore,
  delete: text.runs.remove,
};

interface Done {
  done: string[];
  failed: { run_id: string; message: string }[];
}

interface Asked {
  action: Action;
  runIds: string[];
}

export function useRunAction(after?: (action: Action) => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ action, runIds }: Asked) =>
      post<Done>("/runs/bulk", { action, run_ids: runIds }),
    onSuccess: ({ done, failed }, { action }) => {
      if (done.length > 0) {
        tell(text.runs.done(titles[action], done.length));
      }
      const first = failed[0];
      if (first) {
        tell(`${text.runs.failedFor(failed.length)}: ${first.message}`, true);
      }
      void cache.invalidateQueries({ queryKey: ["runs"] });
      for (const runId of done) {
        if (action === "delete") {
          cache.removeQueries({ queryKey: ["run", runId] });
        } else {
          void cache.invalidateQueries({ queryKey: ["run", runId] });
        }
      }
      if (done.length > 0) {
        after?.(action);
      }
    },
    onError: tellError,
  });
}
