/** The pipelines of the catalog. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Search, Upload } from "lucide-react";
import { useState } from "react";
import { pipelines } from "@/api/queries";
import { visible } from "@/format/safety";
import { useNamespace } from "@/shell/namespace";
import { text } from "@/text/en";
import { Button, ButtonLink } from "@/ui/button";
import { Ago } from "@/ui/clock";
import { Cell, Grid, PageFrame } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";
import { UploadDialog } from "./upload";

const words = text.pipelines;

export function PipelinesPage() {
  const { q } = useSearch({ from: "/pipelines" });
  const navigate = useNavigate({ from: "/pipelines" });
  const namespace = useNamespace();
  const [uploading, setUploading] = useState(false);
  const query = useQuery(pipelines({ namespace, text: q, limit: 200, sort: "-created_at" }));
  const upload = (
    <Button tone="primary" onClick={() => setUploading(true)}>
      <Upload aria-hidden size={14} />
      {words.upload}
    </Button>
  );
  return (
    <PageFrame
      title={words.title}
      actions={
        <>
          <label className="relative">
            <span className="sr-only">{words.search}</span>
            <Search aria-hidden size={14} className="absolute top-2 left-2.5 text-faint" />
            <input
              data-search
              type="search"
              className="control w-56 pl-8!"
              placeholder={words.search}
              value={q ?? ""}
              onChange={(event) =>
                void navigate({ search: { q: event.target.value || undefined }, replace: true })
              }
            />
          </label>
          {upload}
        </>
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failed error={query.error} again={() => void query.refetch()} />}
      {query.data?.items.length === 0 && (
        <Empty
          title={words.empty}
          hint={
            <>
              <p>{words.emptyHint}</p>
              <code className="mt-2 inline-block rounded bg-sunken px-2 py-1 text-xs text-ink">
                {words.emptyCommand}
              </code>
            </>
          }
        />
      )}
      {query.data && query.data.items.length > 0 && (
        <Grid label={words.title} heads={[words.name, words.description, words.created, ""]}>
          {query.data.items.map((one) => (
            <tr key={one.id} className="hover:bg-sunken">
              <Cell>
                <Link
                  to="/pipelines/$pipelineId"
                  params={{ pipelineId: one.id }}
                  className="font-medium hover:text-accent-ink hover:underline"
                >
                  {visible(one.display_name || one.name)}
                </Link>
              </Cell>
              <Cell className="text-muted">{visible(one.description ?? "")}</Cell>
              <Cell className="text-muted">
                <Ago at={one.created_at} />
              </Cell>
              <Cell className="text-right">
                <ButtonLink to="/start" search={{ pipeline: one.id }}>
                  {words.start}
                </ButtonLink>
              </Cell>
            </tr>
          ))}
        </Grid>
      )}
      {uploading && <UploadDialog onClose={() => setUploading(false)} />}
    </PageFrame>
  );
}
