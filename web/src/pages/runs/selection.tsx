/** What can be done with the runs that are selected. */
import { useState } from "react";
import { text } from "@/text/en";
import { Button, ButtonLink } from "@/ui/button";
import { Confirm } from "@/ui/dialog";
import { type Action, useRunAction } from "./actions";

const words = text.runs;

interface Props {
  runIds: string[];
  archived: boolean;
  clear: () => void;
}

export function SelectionBar({ runIds, archived, clear }: Props) {
  const [asking, setAsking] = useState<"delete" | "terminate" | null>(null);
  const act = useRunAction(clear);
  const run = (action: Action) => act.mutate({ action, runIds });
  return (
    <section
      aria-label={words.selected(runIds.length)}
      className="flex flex-wrap items-center gap-2 border-t border-line bg-accent-soft px-4 py-1.5"
    >
      <span className="mr-1 text-xs font-medium">{words.selected(runIds.length)}</span>
      <ButtonLink tone="primary" to="/compare" search={{ runs: runIds.join(",") }}>
        {words.compare}
      </ButtonLink>
      <Button onClick={() => run("retry")}>{words.retry}</Button>
      <Button onClick={() => setAsking("terminate")}>{words.terminate}</Button>
      {archived ? (
        <Button onClick={() => run("restore")}>{words.restore}</Button>
      ) : (
        <Button onClick={() => run("archive")}>{words.archive}</Button>
      )}
      <Button tone="danger" onClick={() => setAsking("delete")}>
        {words.remove}
      </Button>
      <Button tone="ghost" onClick={clear}>
        {words.clear}
      </Button>
      {asking === "delete" && (
        <Confirm
          title={words.confirmRemove(runIds.length)}
          hint={words.confirmRemoveHint}
          action={words.remove}
          onConfirm={() => run("delete")}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "terminate" && (
        <Confirm
          title={words.confirmTerminate(runIds.length)}
          hint={words.confirmTerminateHint}
          action={words.terminate}
          onConfirm={() => run("terminate")}
          onClose={() => setAsking(null)}
        />
      )}
    </section>
  );
}
