/** The latest messages to a webhook, and how they went. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { deliveries, type Webhook } from "@/api/settings";
import { visible } from "@/format/safety";
import { placeText } from "@/text/en-places";
import { Ago } from "@/ui/clock";
import { Dialog } from "@/ui/dialog";
import { Cell, Grid } from "@/ui/page";
import { Badge, type BadgeTone } from "@/ui/page-parts";
import { Empty, Failed, Loading } from "@/ui/states";

const words = placeText.settings.webhooks;
const tones: Record<keyof typeof words.deliveryStates, BadgeTone> = {
  pending: "wait",
  delivered: "ok",
  failed: "bad",
};

export function Deliveries({ of, onClose }: { of: Webhook; onClose: () => void }) {
  const query = useQuery({ ...deliveries(of.id), staleTime: 0 });
  return (
    <Dialog title={words.deliveriesOf(visible(of.name))} wide onClose={onClose}>
      {query.isPending && <Loading />}
      {query.isError && <Failed error={query.error} again={() => void query.refetch()} />}
      {query.data?.items.length === 0 && <Empty title={words.noDeliveries} />}
      {query.data && query.data.items.length > 0 && (
        <Grid
          label={words.deliveries}
          heads={[
            placeText.settings.tokens.stateLabel,
            placeText.created,
            words.attempts,
            placeText.models.run,
            placeText.settings.audit.detail,
          ]}
        >
          {query.data.items.map((one) => {
            const state = one.state ?? "pending";
            return (
              <tr key={one.id}>
                <Cell>
                  <Badge tone={tones[state]}>{words.deliveryStates[state]}</Badge>
                </Cell>
                <Cell>
                  <Ago at={one.created_at} />
                </Cell>
                <Cell>{one.attempts ?? 0}</Cell>
                <Cell>
                  <Link
                    to="/runs/$runId"
                    params={{ runId: one.run_id }}
                    className="font-mono text-xs underline"
                  >
                    {visible(one.run_id)}
                  </Link>
                </Cell>
                <Cell className="break-words">{visible(one.error ?? "")}</Cell>
              </tr>
            );
          })}
        </Grid>
      )}
    </Dialog>
  );
}
