/** The compiled pipeline of a run. */
import { useQuery } from "@tanstack/react-query";
import { runDocument } from "@/api/queries";
import { text } from "@/text/en";
import { Failed, Loading } from "@/ui/states";
import { Code, Copy } from "@/ui/texts";

export function RunSpec({ runId }: { runId: string }) {
  const query = useQuery(runDocument(runId));
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  return (
    <div className="p-4">
      <div className="mb-2 flex justify-end">
        <Copy of={query.data.yaml} />
      </div>
      <Code of={query.data.yaml} label={text.run.views.spec} />
    </div>
  );
}
