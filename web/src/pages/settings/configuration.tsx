/** The configuration as it holds. */
import { useQuery } from "@tanstack/react-query";
import { configuration } from "@/api/settings";
import type { Json } from "@/api/types";
import { visible } from "@/format/safety";
import { placeText } from "@/text/en-places";
import { Cell, Grid } from "@/ui/page";
import { Failed, Loading } from "@/ui/states";
import { Value } from "@/ui/texts";
import { flattened } from "./flattened";

const words = placeText.settings.configuration;

export function Configuration() {
  const query = useQuery(configuration);
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  const { effective, ...rest } = query.data;
  const known = { ...rest, ...(isTable(effective) ? effective : {}) };
  return (
    <>
      <p className="px-4 pt-4 pb-2 text-muted">{words.hint}</p>
      <Grid label={placeText.settings.views.configuration} heads={[words.setting, words.value]}>
        {flattened(known).map(([name, value]) => (
          <tr key={name}>
            <Cell className="w-64 align-middle! font-mono text-xs">{visible(name)}</Cell>
            <Cell className="align-middle!">
              {isUnset(value) ? (
                <span className="text-muted">{words.unset}</span>
              ) : (
                <Value of={value} />
              )}
            </Cell>
          </tr>
        ))}
      </Grid>
    </>
  );
}

function isTable(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isUnset(value: Json): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}
