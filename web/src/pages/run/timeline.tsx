/** The timeline of a run. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { runEvents } from "@/api/queries";
import type { RunDetail } from "@/api/types";
import { lanes } from "@/timeline/spans";
import { Timeline } from "@/timeline/view";
import { useNow } from "@/ui/clock";

interface Props {
  detail: RunDetail;
  onOpen: (path: string) => void;
}

export function RunTimeline(props: Props) {
  return props.detail.run.finished_at ? (
    <Still {...props} now={props.detail.run.finished_at} />
  ) : (
    <Moving {...props} />
  );
}

function Moving(props: Props) {
  return <Still {...props} now={useNow()} />;
}

function Still({ detail, onOpen, now }: Props & { now: number }) {
  const { step } = useSearch({ from: "/runs/$runId" });
  const history = useInfiniteQuery(runEvents(detail.run.run_id));
  const rows = useMemo(() => {
    const entries = history.data?.pages.flatMap((page) => page.items) ?? [];
    return lanes(detail.tasks, detail.attempts, entries, now);
  }, [detail, history.data, now]);
  return <Timeline lanes={rows} selected={step} onOpen={onOpen} />;
}
